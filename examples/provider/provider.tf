terraform {
  required_version = ">= 1.8"
  required_providers {
    imagebuilder = {
      source = "imagebuilder/imagebuilder"
    }
  }
}

# Builds images on this machine, without root and without a cloud account. Azure takes `backend = "azure"`, a `subscription_id` and an
# `identity` in each template. It is signed in to as `az login` has, or as the guide "Signing in to Azure" tells.
provider "imagebuilder" {
  backend = "local"
}
