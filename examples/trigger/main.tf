terraform {
  required_version = ">= 1.8"
  required_providers {
    imagebuilder = {
      source = "imagebuilder/imagebuilder"
    }
  }
}

# The backend is the environment's choice: `local` unless IMAGEBUILDER_BACKEND names another.
provider "imagebuilder" {}

resource "imagebuilder_resource_group" "images" {
  name     = "trigger"
  location = var.location
}

resource "imagebuilder_gallery" "images" {
  name                = "trigger"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
}

resource "imagebuilder_gallery_image" "base" {
  name                = "base"
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
  os_type             = "Linux"
  identifier          = { publisher = "platform-team", offer = "base", sku = "1" }
}

locals {
  scripts = coalesce(var.scripts_uri, "file://${abspath(path.module)}/scripts")
}

resource "imagebuilder_image_template" "base" {
  name                = "base"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
  identity            = var.identity_id == null ? null : { identity_ids = [var.identity_id] }

  # A trigger watches what `latest` means; a source with an exact version never changes.
  source = { platform_image = var.source_image }

  customize = [
    {
      name = "updates"
      shell = {
        script_uri      = "${local.scripts}/install-updates.sh"
        sha256_checksum = filesha256("${path.module}/scripts/install-updates.sh")
      }
    },
    {
      name = "origin"
      shell = {
        script_uri      = "${local.scripts}/write-origin.sh"
        sha256_checksum = filesha256("${path.module}/scripts/write-origin.sh")
      }
    },
  ]

  distribute = [
    {
      run_output_name = "gallery"
      gallery_image = {
        gallery_image_id = imagebuilder_gallery_image.base.id
        target_regions = [
          { name = var.location, replica_count = 1, storage_account_type = "Standard_LRS" },
        ]
      }
    },
  ]
}

# The service itself runs the template when its source has a newer version, whether or not anybody applies.
resource "imagebuilder_image_template_trigger" "source" {
  name              = "source"
  image_template_id = imagebuilder_image_template.base.id
}

# The first version; later runs, the trigger's too, show in its outputs after a refresh.
resource "imagebuilder_image_template_run" "base" {
  image_template_id = imagebuilder_image_template.base.id
  triggers          = { template = imagebuilder_image_template.base.fingerprint }
  on_destroy        = "delete_images"
}
