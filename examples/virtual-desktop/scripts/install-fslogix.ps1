# Installs FSLogix, which keeps the users' profiles outside of the session hosts, and points it at the file share.
$ErrorActionPreference = "Stop"
$ProgressPreference = "SilentlyContinue"

$folder = Join-Path $env:TEMP "fslogix"
Invoke-WebRequest -Uri "https://aka.ms/fslogix_download" -OutFile "$folder.zip" -UseBasicParsing
Expand-Archive -Path "$folder.zip" -DestinationPath $folder -Force

$setup = Join-Path $folder "x64\Release\FSLogixAppsSetup.exe"
$process = Start-Process -FilePath $setup -ArgumentList "/install", "/quiet", "/norestart" -Wait -PassThru
# 3010 asks for the restart that the next step makes.
if ($process.ExitCode -notin 0, 3010) {
    throw "The setup of FSLogix ended with $($process.ExitCode)."
}

$profiles = "HKLM:\SOFTWARE\FSLogix\Profiles"
New-Item -Path $profiles -Force | Out-Null
Set-ItemProperty -Path $profiles -Name Enabled -Type DWord -Value 1
Set-ItemProperty -Path $profiles -Name DeleteLocalProfileWhenVHDShouldApply -Type DWord -Value 1
Set-ItemProperty -Path $profiles -Name FlipFlopProfileDirectoryName -Type DWord -Value 1

Remove-Item -Recurse -Force -Path $folder, "$folder.zip"
exit $process.ExitCode
