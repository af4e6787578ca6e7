output "gallery_image_id" {
  description = "Id of the gallery image. Scale sets that follow the newest version take this one; it never changes because of a build."
  value       = imagebuilder_gallery_image.this.id
}

output "gallery_image_version_id" {
  description = "Id of the version that the last run made; what a pinned rollout takes."
  value       = local.output.artifact_id
}

output "version" {
  description = "Number of that version."
  value       = local.output.version
}

output "run_state" {
  description = "How the last run ended."
  value       = imagebuilder_image_template_run.this.run_state
}

output "finished_at" {
  description = "When the last run ended (RFC 3339, UTC)."
  value       = imagebuilder_image_template_run.this.finished_at
}

output "source_exact_version" {
  description = "The version of the source that the last run began with."
  value       = imagebuilder_image_template_run.this.source_exact_version
}

output "image_template_id" {
  description = "Id of the image template."
  value       = imagebuilder_image_template.this.id
}

output "fingerprint" {
  description = "Fingerprint of all that shapes the image; changes when the next run builds something else."
  value       = imagebuilder_image_template.this.fingerprint
}

locals {
  output = imagebuilder_image_template_run.this.outputs[local.run_output_name]
}
