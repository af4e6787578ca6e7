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
  name     = "linux-gallery-image"
  location = var.location
}

resource "imagebuilder_gallery" "images" {
  name                = "linux_gallery_image"
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
}

resource "imagebuilder_gallery_image" "web" {
  name                = "web"
  gallery_name        = imagebuilder_gallery.images.name
  resource_group_name = imagebuilder_resource_group.images.name
  location            = var.location
  os_type             = "Linux"
  identifier          = { publisher = "platform-team", offer = "web", sku = "1" }
}

locals {
  scripts = coalesce(var.scripts_uri, "file://${abspath(path.module)}/scripts")
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

  # What fails here is not distributed.
  validate = {
    in_vm_validations = [
      {
        name  = "the page is there"
        shell = { inline = ["grep -q 'Golden image' /srv/www/index.html"] }
      },
      {
        name  = "the image tells its origin"
        shell = { inline = ["test -r /etc/image-origin"] }
      },
    ]
  }

  distribute = [
    {
      run_output_name = "gallery"
      artifact_tags   = { source = "image-builder" }
      gallery_image = {
        gallery_image_id = imagebuilder_gallery_image.web.id
        versioning       = { scheme = "Latest", major = 1 }
        target_regions = concat(
          [{ name = var.location }],
          [for region in var.replication_regions : { name = region, replica_count = 1, storage_account_type = "Standard_LRS" }],
        )
      }
    },
  ]

  tags = { environment = "examples" }
}

resource "imagebuilder_image_template_run" "web" {
  image_template_id        = imagebuilder_image_template.web.id
  triggers                 = { template = imagebuilder_image_template.web.fingerprint }
  rebuild_on_source_update = true
  on_destroy               = "delete_images"
}
