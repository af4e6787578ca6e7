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

variable "source_image_version_id" {
  description = "Id of the gallery image version that the build begins with: `…/galleries/GALLERY/images/IMAGE/versions/1.2.3`, or `…/versions/latest`."
  type        = string
}
