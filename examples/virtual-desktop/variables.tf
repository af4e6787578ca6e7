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
  default = { publisher = "MicrosoftWindowsDesktop", offer = "windows-11", sku = "win11-24h2-avd" }
}

variable "replication_regions" {
  description = "More regions that get the version."
  type        = list(string)
  default     = []
}

variable "build" {
  description = "Whether to run the template. The local backend keeps templates of Windows images and refuses to run them."
  type        = bool
  default     = true
}
