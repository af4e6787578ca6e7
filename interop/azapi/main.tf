# The generic provider for Azure Resource Manager at `terraform-provider-imagebuilder serve`; the login comes from ARM_* variables.

terraform {
  required_providers {
    azapi = {
      source  = "Azure/azapi"
      version = "2.12.0"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "audience" {
  type = string
}

variable "authority" {
  type = string
}

provider "azapi" {
  environment                = "public"
  disable_instance_discovery = true
  endpoint = [{
    resource_manager_endpoint       = var.endpoint
    resource_manager_audience       = var.audience
    active_directory_authority_host = var.authority
  }]
}

resource "azapi_resource" "group" {
  type     = "Microsoft.Resources/resourceGroups@2024-11-01"
  name     = "azapi-images"
  location = "westus2"
}

resource "azapi_resource" "template" {
  type      = "Microsoft.VirtualMachineImages/imageTemplates@2024-02-01"
  name      = "golden"
  parent_id = azapi_resource.group.id
  location  = "westus2"
  body = {
    properties = {
      source     = { type = "PlatformImage", publisher = "imagebuilder", offer = "busybox", sku = "tiny", version = "latest" }
      customize  = [{ type = "Shell", name = "step", inline = ["true"] }]
      distribute = [{ type = "VHD", runOutputName = "vhd" }]
    }
  }
  schema_validation_enabled = false
}

resource "azapi_resource_action" "run" {
  type        = "Microsoft.VirtualMachineImages/imageTemplates@2024-02-01"
  resource_id = azapi_resource.template.id
  action      = "run"
  method      = "POST"
}

output "template_id" {
  value = azapi_resource.template.id
}
