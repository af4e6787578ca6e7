# Fails the build when the image would not serve its page.
$ErrorActionPreference = "Stop"

$page = Invoke-WebRequest -Uri "http://localhost/" -UseBasicParsing
if ($page.Content -notmatch "Golden image") {
    throw "The server answers with another page."
}
