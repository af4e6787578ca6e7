data "imagebuilder_run_output" "gallery" {
  # The id of a run is the template's; taken from the run, it is known once the run has ended.
  image_template_id = imagebuilder_image_template_run.base.id
  name              = "gallery"
}
