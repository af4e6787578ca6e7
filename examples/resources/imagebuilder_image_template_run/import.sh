# The id of a run is the id of its image template.
terraform import imagebuilder_image_template_run.base \
  /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/golden-images/providers/Microsoft.VirtualMachineImages/imageTemplates/base
