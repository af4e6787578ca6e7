# Installs the web server with the features that the site needs, and nothing else.
$ErrorActionPreference = "Stop"

$features = "Web-Static-Content", "Web-Default-Doc", "Web-Http-Errors", "Web-Http-Logging"
$result = Install-WindowsFeature -Name $features
if (-not $result.Success) {
    throw "The features $($features -join ', ') were not installed."
}
New-Item -ItemType Directory -Force -Path "C:\staging" | Out-Null
