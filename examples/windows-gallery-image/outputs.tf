output "gallery_image_id" {
  description = "What scale sets take that follow the newest version."
  value       = imagebuilder_gallery_image.web.id
}

output "gallery_image_version_id" {
  description = "The version that the run made; null without a run."
  value       = one(imagebuilder_image_template_run.web[*].outputs["gallery"].artifact_id)
}
