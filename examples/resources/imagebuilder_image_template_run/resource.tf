resource "imagebuilder_image_template_run" "base" {
  image_template_id = imagebuilder_image_template.base.id

  # A template whose build would differ is a reason to run again.
  triggers = { template = imagebuilder_image_template.base.fingerprint }

  # So are a newer version of the source, and age.
  rebuild_on_source_update = true
  rebuild_after            = "168h"

  timeouts = { create = "2h", update = "2h" }
}

output "image_version" {
  value = imagebuilder_image_template_run.base.outputs["gallery"].artifact_id
}
