data "imagebuilder_image_template" "base" {
  name                = imagebuilder_image_template.base.name
  resource_group_name = imagebuilder_resource_group.images.name

  depends_on = [imagebuilder_image_template_run.base]
}

output "last_run_of_base" {
  value = data.imagebuilder_image_template.base.last_run.state
}
