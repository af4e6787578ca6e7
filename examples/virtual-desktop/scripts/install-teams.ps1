# Installs Teams for all users of the machine, set up for a virtual desktop.
$ErrorActionPreference = "Stop"
$ProgressPreference = "SilentlyContinue"

$settings = "HKLM:\SOFTWARE\Microsoft\Teams"
New-Item -Path $settings -Force | Out-Null
Set-ItemProperty -Path $settings -Name IsWVDEnvironment -Type DWord -Value 1

$installer = Join-Path $env:TEMP "teamsbootstrapper.exe"
Invoke-WebRequest -Uri "https://go.microsoft.com/fwlink/?linkid=2243204" -OutFile $installer -UseBasicParsing
$process = Start-Process -FilePath $installer -ArgumentList "-p" -Wait -PassThru
Remove-Item -Force -Path $installer
if ($process.ExitCode -ne 0) {
    throw "The setup of Teams ended with $($process.ExitCode)."
}
