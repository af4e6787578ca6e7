# The service runs the template by itself once its source has a new version. Its run resource then shows the new outputs.
resource "imagebuilder_image_template_trigger" "source" {
  name              = "source"
  image_template_id = imagebuilder_image_template.base.id
}
