resource "imagebuilder_image_template" "base" {
  name                = "base"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location

  source = {
    platform_image = {
      publisher = "imagebuilder"
      offer     = "busybox"
      sku       = "tiny"
      version   = "latest"
    }
  }

  customize = [
    {
      name  = "message of the day"
      shell = { inline = ["echo 'golden' > /etc/motd"] }
    },
  ]

  distribute = [
    {
      run_output_name = "gallery"
      gallery_image = {
        gallery_image_id = imagebuilder_gallery_image.base.id
        versioning       = { scheme = "Latest", major = 1 }
      }
    },
  ]
}
