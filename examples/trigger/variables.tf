variable "location" {
  description = "Region in which the image is built."
  type        = string
  default     = "westus2"
}

variable "identity_id" {
  description = "Id of the user-assigned identity with which the service works. Azure demands one, the local backend needs none."
  type        = string
  default     = null
}

variable "scripts_uri" {
  description = "Where the service finds the files of `scripts/`, such as a container of a storage account. The local backend reads them from this folder."
  type        = string
  default     = null
}

variable "source_image" {
  description = "The image of the marketplace that the build begins with."
  type = object({
    publisher = string
    offer     = string
    sku       = string
    version   = optional(string, "latest")
  })
  default = { publisher = "Canonical", offer = "ubuntu-24_04-lts", sku = "server" }
}
