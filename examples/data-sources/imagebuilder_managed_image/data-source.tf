resource "imagebuilder_image_template" "classic" {
  name                = "classic"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
  source              = { platform_image = { publisher = "imagebuilder", offer = "busybox", sku = "tiny" } }

  distribute = [
    {
      run_output_name = "image"
      managed_image = {
        image_id = provider::imagebuilder::resource_id("Microsoft.Compute/images", imagebuilder_resource_group.images.id, "classic")
        location = imagebuilder_resource_group.images.location
      }
    },
  ]
}

resource "imagebuilder_image_template_run" "classic" {
  image_template_id = imagebuilder_image_template.classic.id
  on_destroy        = "delete_images"
}

data "imagebuilder_managed_image" "classic" {
  name                = "classic"
  resource_group_name = imagebuilder_resource_group.images.name

  # Until the run has ended, there is none.
  depends_on = [imagebuilder_image_template_run.classic]
}
