output "version_ids" {
  description = "The version of each image that its last run made."
  value       = { for name, image in module.image : name => image.gallery_image_version_id }
}

output "gallery_image_ids" {
  description = "What scale sets take that follow the newest version."
  value       = { for name, image in module.image : name => image.gallery_image_id }
}
