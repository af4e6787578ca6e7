resource "imagebuilder_resource_group" "images" {
  name     = "golden-images"
  location = "westus2"
  tags     = { team = "platform" }
}
