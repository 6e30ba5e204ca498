/// The version of this project, here and nowhere else: the program and the library say it, files say which one wrote them,
/// packages are named by it. `tools/version.sh` reads this line.
public let programVersion = "0.12.0"
