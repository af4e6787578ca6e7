terraform {
  required_version = ">= 1.8"
  required_providers {
    imagebuilder = {
      source = "imagebuilder/imagebuilder"
    }
  }
}

# Images are built on this machine, without root and without a cloud account. For this backend alone: Azure demands an identity and reads
# no files of this machine (the example linux-gallery-image is for both).
provider "imagebuilder" {
  backend = "local"
}

resource "imagebuilder_resource_group" "images" {
  name     = "quickstart"
  location = "westus2"
}

resource "imagebuilder_gallery" "images" {
  name                = "quickstart"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
}

resource "imagebuilder_gallery_image" "web" {
  name                = "web"
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location
  os_type             = "Linux"
  identifier = {
    publisher = "quickstart"
    offer     = "web"
    sku       = "debian-12"
  }
}

locals {
  page        = "${abspath(path.module)}/index.html"
  page_sha256 = filesha256(local.page)
}

# What the image is: where it starts, what is done to it, how it is checked, where it goes.
resource "imagebuilder_image_template" "web" {
  name                = "web"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = imagebuilder_resource_group.images.location

  source = {
    platform_image = {
      publisher = "Debian"
      offer     = "debian-12"
      sku       = "12-gen2"
      version   = "latest"
    }
  }

  customize = [
    {
      name = "packages"
      shell = {
        inline = [
          "sudo apt-get update",
          "sudo apt-get install -y --no-install-recommends nginx-light",
        ]
      }
    },
    {
      name = "page"
      file = {
        source_uri      = "file://${local.page}"
        destination     = "/tmp/index.html"
        sha256_checksum = local.page_sha256
      }
    },
    {
      name = "site"
      shell = {
        inline = [
          "sudo install -m 0644 /tmp/index.html /var/www/html/index.html",
          "rm /tmp/index.html",
        ]
      }
    },
    {
      # So that a machine tells on its serial console what it is.
      name = "console"
      shell = {
        script_uri      = "file://${abspath(path.module)}/tell-console.sh"
        sha256_checksum = filesha256("${path.module}/tell-console.sh")
      }
    },
  ]

  validate = {
    in_vm_validations = [
      {
        name = "nginx accepts its configuration"
        shell = {
          inline = ["sudo nginx -t"]
        }
      },
      {
        name = "the page is the one that was given"
        shell = {
          inline = ["echo '${local.page_sha256}  /var/www/html/index.html' | sha256sum --check"]
        }
      },
    ]
  }

  distribute = [
    {
      run_output_name = "gallery"
      gallery_image = {
        gallery_image_id = imagebuilder_gallery_image.web.id
      }
    },
    {
      run_output_name = "vhd"
      vhd             = {}
    },
  ]
}

# One build of it. A changed template plans a new run; `delete_images` lets destroy take the images too.
resource "imagebuilder_image_template_run" "web" {
  image_template_id = imagebuilder_image_template.web.id
  triggers          = { template = imagebuilder_image_template.web.fingerprint }
  on_destroy        = "delete_images"
  log_file          = "${path.module}/customization.log"
}
