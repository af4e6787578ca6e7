terraform import imagebuilder_image_template_trigger.source \
  /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/golden-images/providers/Microsoft.VirtualMachineImages/imageTemplates/base/triggers/source
