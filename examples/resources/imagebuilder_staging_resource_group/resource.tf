resource "imagebuilder_staging_resource_group" "base" {
  name     = "base-staging"
  location = "westus2"
}
