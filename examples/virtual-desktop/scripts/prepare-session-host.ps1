# Settings of a machine that many people share at the same time.
$ErrorActionPreference = "Stop"

# The image is renewed as a whole; machines do not update themselves apart from it.
$updates = "HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU"
New-Item -Path $updates -Force | Out-Null
Set-ItemProperty -Path $updates -Name NoAutoUpdate -Type DWord -Value 1

# Sessions show the time zone of the person, not of the data centre.
$services = "HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
New-Item -Path $services -Force | Out-Null
Set-ItemProperty -Path $services -Name fEnableTimeZoneRedirection -Type DWord -Value 1

# Storage sense would clear what the profile container keeps.
$storage = "HKLM:\SOFTWARE\Policies\Microsoft\Windows\StorageSense"
New-Item -Path $storage -Force | Out-Null
Set-ItemProperty -Path $storage -Name AllowStorageSenseGlobal -Type DWord -Value 0

foreach ($task in "\Microsoft\Windows\Defrag\ScheduledDefrag", "\Microsoft\Windows\Maintenance\WinSAT") {
    schtasks.exe /Change /TN $task /Disable
    if ($LASTEXITCODE -ne 0) {
        Write-Output "There is no task $task in this edition."
    }
}
exit 0
