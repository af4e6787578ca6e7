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
  name     = "existing-virtual-network"
  location = var.location
}

locals {
  scripts  = coalesce(var.scripts_uri, "file://${abspath(path.module)}/scripts")
  image_id = "${imagebuilder_resource_group.images.id}/providers/Microsoft.Compute/images/inside"
}

resource "imagebuilder_image_template" "inside" {
  name                  = "inside"
  resource_group_name   = imagebuilder_resource_group.images.name
  location              = var.location
  identity              = var.identity_id == null ? null : { identity_ids = [var.identity_id] }
  build_timeout_minutes = 80

  # The build machine stands in a network that is there, so that it reaches what only that network reaches. The identity needs
  # the right to join the subnets.
  vm_profile = {
    vm_size         = "Standard_D2s_v5"
    os_disk_size_gb = 30
    vnet = {
      subnet_id                    = var.subnet_id
      container_instance_subnet_id = var.container_instance_subnet_id
    }
  }

  source = { platform_image = var.source_image }

  customize = [
    {
      name  = "origin"
      shell = { script_uri = "${local.scripts}/write-origin.sh" }
    },
    {
      name = "updates"
      shell = {
        script_uri      = "${local.scripts}/install-updates.sh"
        sha256_checksum = filesha256("${path.module}/scripts/install-updates.sh")
      }
    },
  ]

  distribute = [
    {
      run_output_name = "image"
      managed_image = {
        image_id = local.image_id
        location = var.location
      }
    },
  ]
}

resource "imagebuilder_image_template_run" "inside" {
  image_template_id = imagebuilder_image_template.inside.id
  triggers          = { template = imagebuilder_image_template.inside.fingerprint }
  on_destroy        = "delete_images"
}
