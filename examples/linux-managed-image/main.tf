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
  name     = "linux-managed-image"
  location = var.location
}

locals {
  scripts  = coalesce(var.scripts_uri, "file://${abspath(path.module)}/scripts")
  image_id = "${imagebuilder_resource_group.images.id}/providers/Microsoft.Compute/images/web"
}

resource "imagebuilder_image_template" "web" {
  name                  = "web"
  resource_group_name   = imagebuilder_resource_group.images.name
  location              = var.location
  identity              = var.identity_id == null ? null : { identity_ids = [var.identity_id] }
  build_timeout_minutes = 80

  vm_profile = {
    vm_size         = "Standard_D2s_v5"
    os_disk_size_gb = 30
  }

  source = { platform_image = var.source_image }

  customize = [
    {
      name  = "origin"
      shell = { script_uri = "${local.scripts}/write-origin.sh" }
    },
    {
      # With its checksum the script that runs is the one that was reviewed, wherever it comes from.
      name = "updates"
      shell = {
        script_uri      = "${local.scripts}/install-updates.sh"
        sha256_checksum = filesha256("${path.module}/scripts/install-updates.sh")
      }
    },
    {
      name = "page"
      file = {
        source_uri      = "${local.scripts}/index.html"
        destination     = "/tmp/index.html"
        sha256_checksum = filesha256("${path.module}/scripts/index.html")
      }
    },
    {
      name = "site"
      shell = {
        inline = [
          "sudo mkdir -p /srv/www",
          "sudo cp /tmp/index.html /srv/www/index.html",
        ]
      }
    },
  ]

  distribute = [
    {
      run_output_name = "image"
      artifact_tags   = { source = "image-builder", site = "golden" }
      managed_image = {
        image_id = local.image_id
        location = var.location
      }
    },
  ]

  tags = { environment = "examples" }
}

# A managed image has no versions: each run overwrites it.
resource "imagebuilder_image_template_run" "web" {
  image_template_id = imagebuilder_image_template.web.id
  triggers          = { template = imagebuilder_image_template.web.fingerprint }
  on_destroy        = "delete_images"
}
