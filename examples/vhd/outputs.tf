output "vhd" {
  description = "Where the fixed VHD is."
  value       = imagebuilder_image_template_run.disk.outputs["vhd"].artifact_uri
}

output "run_state" {
  value = imagebuilder_image_template_run.disk.run_state
}
