output "gallery_image_id" {
  description = "What scale sets take that follow the newest version."
  value       = imagebuilder_gallery_image.application.id
}

output "gallery_image_version_id" {
  description = "The version that this run made; what a pinned rollout takes."
  value       = imagebuilder_image_template_run.application.outputs["gallery"].artifact_id
}

output "run_state" {
  value = imagebuilder_image_template_run.application.run_state
}

output "source_exact_version" {
  description = "The version of the base that this one is made from."
  value       = imagebuilder_image_template_run.application.source_exact_version
}
