output "gallery_image_version_id" {
  description = "The image version that this run made; what a pinned rollout takes."
  value       = imagebuilder_image_template_run.tiny.outputs["gallery"].artifact_id
}

output "vhd" {
  description = "The same disk as a fixed VHD."
  value       = imagebuilder_image_template_run.tiny.outputs["vhd"].artifact_uri
}

output "run_state" {
  value = imagebuilder_image_template_run.tiny.run_state
}
