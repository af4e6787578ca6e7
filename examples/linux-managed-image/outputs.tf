output "image_id" {
  description = "The managed image, for the source of a virtual machine."
  value       = imagebuilder_image_template_run.web.outputs["image"].artifact_id
}

output "run_state" {
  value = imagebuilder_image_template_run.web.run_state
}
