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
  name     = "vhd"
  location = var.location
}

locals {
  scripts = coalesce(var.scripts_uri, "file://${abspath(path.module)}/scripts")
}

resource "imagebuilder_image_template" "disk" {
  name                = "disk"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
  identity            = var.identity_id == null ? null : { identity_ids = [var.identity_id] }

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
      name  = "origin"
      shell = { script_uri = "${local.scripts}/write-origin.sh" }
    },
  ]

  # Without a `uri` the VHD stays in the staging group and goes together with the template.
  distribute = [
    {
      run_output_name = "vhd"
      vhd             = { uri = var.vhd_uri }
    },
  ]
}

resource "imagebuilder_image_template_run" "disk" {
  image_template_id = imagebuilder_image_template.disk.id
  triggers          = { template = imagebuilder_image_template.disk.fingerprint }
}
