output "gallery_image_id" {
  description = "What scale sets take that follow the newest version."
  value       = imagebuilder_gallery_image.base.id
}

output "gallery_image_version_id" {
  description = "The version that this run made; what a pinned rollout takes."
  value       = imagebuilder_image_template_run.base.outputs["gallery"].artifact_id
}

output "run_state" {
  value = imagebuilder_image_template_run.base.run_state
}

output "trigger" {
  description = "How the trigger stands."
  value       = imagebuilder_image_template_trigger.source.status
}
