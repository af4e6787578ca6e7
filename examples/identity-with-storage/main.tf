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
  name     = "identity-with-storage"
  location = var.location
}

resource "imagebuilder_gallery" "images" {
  name                = "identity_with_storage"
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

  # The service reads the private container with this identity, which needs "Storage Blob Data Reader" on it. No signature in
  # the address, and nothing secret in the state.
  identity = var.identity_id == null ? null : { identity_ids = [var.identity_id] }

  # What the build machine itself may do, such as reading a key vault from a step.
  vm_profile = {
    vm_size      = "Standard_D2s_v5"
    identity_ids = var.build_machine_identity_ids
  }

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
      artifact_tags   = { source = "image-builder" }
      gallery_image   = { gallery_image_id = imagebuilder_gallery_image.base.id }
    },
  ]
}

resource "imagebuilder_image_template_run" "base" {
  image_template_id = imagebuilder_image_template.base.id
  triggers          = { template = imagebuilder_image_template.base.fingerprint }
  on_destroy        = "delete_images"
}
