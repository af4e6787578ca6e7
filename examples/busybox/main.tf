terraform {
  required_version = ">= 1.8"
  required_providers {
    imagebuilder = {
      source = "imagebuilder/imagebuilder"
    }
  }
}

# A 2 MB source image that needs no network: the whole path in two seconds. Its disk has no kernel and does not boot.
provider "imagebuilder" {
  backend = "local"
}

resource "imagebuilder_resource_group" "images" {
  name     = "busybox"
  location = "westus2"
}

resource "imagebuilder_gallery" "images" {
  name                = "busybox"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
}

resource "imagebuilder_gallery_image" "tiny" {
  name                = "tiny"
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
  os_type             = "Linux"
  identifier = {
    publisher = "busybox"
    offer     = "tiny"
    sku       = "1"
  }
}

# What the image is: where it starts, what is done to it, how it is checked, where it goes.
resource "imagebuilder_image_template" "tiny" {
  name                = "tiny"
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
      name = "page"
      shell = {
        inline = [
          "mkdir -p /var/www",
          "echo 'Hello from a golden image' > /var/www/index.html",
        ]
      }
    },
    {
      name = "owner"
      shell = {
        inline = ["chown -R 33:33 /var/www"]
      }
    },
  ]

  validate = {
    in_vm_validations = [
      {
        name = "page is served to everyone"
        shell = {
          inline = ["grep -q golden /var/www/index.html"]
        }
      },
    ]
  }

  distribute = [
    {
      run_output_name = "gallery"
      gallery_image = {
        gallery_image_id = imagebuilder_gallery_image.tiny.id
      }
    },
    {
      run_output_name = "vhd"
      vhd             = {}
    },
  ]
}

# One build of it. A changed template plans a new run; `delete_images` lets destroy take the images too.
resource "imagebuilder_image_template_run" "tiny" {
  image_template_id = imagebuilder_image_template.tiny.id
  triggers          = { template = imagebuilder_image_template.tiny.fingerprint }
  on_destroy        = "delete_images"
}
