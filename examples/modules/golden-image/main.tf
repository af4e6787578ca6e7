# What the image is called and what kind of machine it is for. Its versions outlive templates and runs.
resource "imagebuilder_gallery_image" "this" {
  name                = var.name
  gallery_name        = var.gallery_name
  resource_group_name = var.resource_group_name
  location            = var.location
  description         = var.description
  os_type             = var.os_type
  hyper_v_generation  = var.hyper_v_generation
  architecture        = var.architecture
  security_type       = var.security_type
  identifier          = coalesce(var.identifier, { publisher = "golden-images", offer = var.name, sku = "1" })
  end_of_life_date    = var.end_of_life_date
  tags                = var.tags
}

# A prefix instead of a name, so that a changed template is made and run before the former one goes.
resource "imagebuilder_image_template" "this" {
  name_prefix           = substr(var.name, 0, 55)
  resource_group_name   = var.resource_group_name
  location              = var.location
  identity              = var.identity_id == null ? null : { identity_ids = [var.identity_id] }
  source                = var.source_image
  customize             = var.customize
  validate              = var.validate
  optimize              = var.optimize
  error_handling        = var.error_handling
  build_timeout_minutes = var.build_timeout_minutes
  vm_profile            = var.vm_profile
  additional_data_disks = var.additional_data_disks
  managed_resource_tags = var.managed_resource_tags
  tags                  = var.tags

  distribute = [
    {
      run_output_name = local.run_output_name
      artifact_tags   = var.artifact_tags
      gallery_image = {
        gallery_image_id    = imagebuilder_gallery_image.this.id
        target_regions      = var.target_regions
        versioning          = var.versioning
        exclude_from_latest = var.exclude_from_latest
        replication_mode    = var.replication_mode
      }
    },
  ]

  lifecycle {
    create_before_destroy = true
  }
}

# A changed template, a newer source and age are reasons to build anew; so is any change of `var.triggers`.
resource "imagebuilder_image_template_run" "this" {
  image_template_id        = imagebuilder_image_template.this.id
  triggers                 = merge(var.triggers, { template = imagebuilder_image_template.this.fingerprint })
  rebuild_on_source_update = var.rebuild_on_source_update
  rebuild_after            = var.rebuild_after
  on_destroy               = var.on_destroy
  log_file                 = var.log_file
  timeouts                 = var.run_timeouts
}

locals {
  run_output_name = "gallery"
}
