package lint

// Rules lists all rules by name.
func Rules() []Rule {
	return []Rule{
		{Name: "DebugInfoInImage", Description: "Debug information makes the binary several times as large", Image: true, check: debugInfoInImage},
		{Name: "DynamicBinary", Description: "A dynamic binary does not start in an image from scratch", Image: true, check: dynamicBinary},
		{Name: "GitDependencyByBranch", Description: "A git dependency should name a tag or a revision", check: gitDependencyByBranch},
		{Name: "IgnoredLockFile", Description: "Cargo.lock should be in version control", check: ignoredLockFile},
		{Name: "LatestImage", Description: "An image should be named with a tag or a digest", check: latestImage},
		{Name: "MisplacedSyntaxLine", Description: "The syntax line works only at the top of the file", check: misplacedSyntaxLine},
		{Name: "MuslAllocator", Description: "musl's allocator is slow in programs with threads", Experimental: true, Image: true, check: muslAllocator},
		{Name: "MuslSystemLibrary", Description: "A crate links a library that the toolchain image does not have", check: muslSystemLibrary},
		{Name: "NativeCPU", Description: "A binary for the build machine's processor may not run on another one", Image: true, check: nativeCPU},
		{Name: "NoCACertificates", Description: "The program reads the system's CA certificates, which the image does not have", Image: true, check: noCACertificates},
		{Name: "NoSignalHandler", Description: "A server that handles no signal cannot be stopped but by force", Image: true, check: noSignalHandler},
		{Name: "ProgramNotInImage", Description: "A command line starts a program that is not in the image", Image: true, check: programNotInImage},
		{Name: "RootUser", Description: "The program should not run as root", Experimental: true, Image: true, check: rootUser},
		{Name: "SecretInEnv", Description: "Secrets should not be in environment variables of the settings", check: secretInEnv},
		{Name: "SettingWithoutEffect", Description: "A setting changes nothing", check: settingWithoutEffect},
		{Name: "UnoptimizedProfile", Description: "An image should hold an optimised binary", Image: true, check: unoptimizedProfile},
		{Name: "UnpinnedToolchain", Description: "The toolchain file should name a version", check: unpinnedToolchain},
		{Name: "UnusedPatch", Description: "A patch is used by no dependency", check: unusedPatch},
		{Name: "VolumeNotWritable", Description: "The image's user cannot write to a volume", Image: true, check: volumeNotWritable},
		{Name: "WildcardVersion", Description: "A dependency should have a version requirement", check: wildcardVersion},
	}
}
