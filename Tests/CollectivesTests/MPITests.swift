import Foundation
import Testing

/// A launcher that may be installed.
enum Launcher: String, CaseIterable, CustomTestStringConvertible {
  case openMPI = "/usr/bin/mpirun.openmpi"
  case mpich = "/usr/bin/mpiexec.hydra"

  var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: rawValue) }
  var testDescription: String { self == .openMPI ? "OpenMPI" : "MPICH" }
  var library: String { self == .openMPI ? "libmpi.so.40" : "libmpich.so.12" }
  var package: String { self == .openMPI ? "openmpi-bin" : "mpich" }
  /// What it tells the processes that it starts, of two.
  var variables: [String: String] {
    self == .openMPI ? ["OMPI_COMM_WORLD_SIZE": "2"] : ["PMI_RANK": "0", "PMI_SIZE": "2"]
  }
  var other: Launcher { self == .openMPI ? .mpich : .openMPI }

  static let installed = allCases.filter(\.isInstalled)

  /// A job that has begun.
  final class Job {
    private let process = Process()
    private let outputs = [Pipe(), Pipe()]

    init(_ launcher: Launcher, _ ranks: Int, _ command: String, _ environment: [String: String]) throws {
      let options = launcher == .openMPI ? ["--allow-run-as-root", "--oversubscribe"] : []
      process.executableURL = URL(filePath: launcher.rawValue)
      process.arguments = options + ["-n", "\(ranks)", program, command]
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = outputs[0]
      process.standardError = outputs[1]
      try process.run()
    }

    /// The next bytes of the standard output.
    func read() -> String { String(decoding: nextBytes(outputs[0]), as: UTF8.self) }

    /// Waits for the end, three minutes at most: beside other tests on two processors a job takes half a minute at times.
    func end() -> (status: Int, output: String, error: String) {
      // Only the launcher: the ranks see that it is gone, and end.
      let watch = DispatchWorkItem { [process] in kill(process.processIdentifier, SIGKILL) }
      DispatchQueue.global().asyncAfter(deadline: .now() + 180, execute: watch)
      defer { watch.cancel() }
      let texts = outputs.map(allText)
      process.waitUntilExit()
      return (Int(process.terminationStatus), texts[0], texts[1])
    }
  }

  func run(_ ranks: Int, _ command: String, _ environment: [String: String] = [:]) throws -> (
    status: Int, output: String, error: String
  ) {
    try Job(self, ranks, command, environment).end()
  }
}

/// The program beside the test bundle: both come out of one build.
private let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
  .appending(path: "CollectivesProgram").path

/// Waits for what comes out of a pipe next; nothing at its end. Foundation's own reading does not bear signals, and other
/// processes' ends are such.
private func nextBytes(_ pipe: Pipe) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = bytes.withUnsafeMutableBytes {
      read(pipe.fileHandleForReading.fileDescriptor, $0.baseAddress!, $0.count)
    }
    if count >= 0 { return Array(bytes.prefix(count)) }
    if errno != EINTR { return [] }
  }
}

private func allText(_ pipe: Pipe) -> String {
  var bytes: [UInt8] = []
  while case let more = nextBytes(pipe), !more.isEmpty { bytes += more }
  return String(decoding: bytes, as: UTF8.self)
}

private func alone(_ environment: [String: String]) throws -> (status: Int32, error: String) {
  let process = Process()
  let error = Pipe()
  process.executableURL = URL(filePath: program)
  process.arguments = ["check"]
  // OpenMPI looks for programs of its own.
  process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { $1 }
  process.standardOutput = FileHandle.nullDevice
  process.standardError = error
  try process.run()
  let text = allText(error)
  process.waitUntilExit()
  return (process.terminationStatus, text)
}

/// Waits some seconds for a process that is being ended.
private func isGone(_ process: pid_t) -> Bool {
  for _ in 0..<500 {
    if kill(process, 0) != 0 { return true }
    usleep(10_000)
  }
  return false
}

private func count(_ text: String, in whole: String) -> Int { whole.components(separatedBy: text).count - 1 }

/// Real processes, with each MPI that is installed.
@Suite(
  .serialized,
  .enabled(if: !Launcher.installed.isEmpty, "no MPI is installed: apt-get install openmpi-bin mpich"))
struct MPITests {
  @Test(.enabled(if: Launcher.openMPI.isInstalled, "OpenMPI is not installed: apt-get install openmpi-bin"))
  func everyCollectiveOfOpenMPIGivesWhatItShould() throws {
    let result = try Launcher.openMPI.run(2, "check")
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains(/^rank 0 of 2, 2 here, Open MPI v[0-9.]+: as expected\n$/))
  }

  @Test(.enabled(if: Launcher.mpich.isInstalled, "MPICH is not installed: apt-get install mpich"))
  func everyCollectiveOfMPICHGivesWhatItShould() throws {
    let result = try Launcher.mpich.run(2, "check")
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains(/^rank 0 of 2, 2 here, MPICH [0-9.]+: as expected\n$/))
  }

  /// Not promised by MPI's standard, but wanted by it; the program compares the ranks' bits itself.
  @Test(arguments: Launcher.installed) func gradientsAreTheSameBitsInEveryRun(_ launcher: Launcher) throws {
    let runs = try (0..<2).map { _ in try launcher.run(3, "buckets") }
    for run in runs { #expect(run.status == 0, "\(run.error)") }
    #expect(runs[0].output.hasPrefix("bits "))
    #expect(Set(runs.map(\.output)).count == 1)
  }

  // MARK: Ends

  @Test(arguments: Launcher.installed) func aRankThatFailsEndsTheJob(_ launcher: Launcher) throws {
    let result = try launcher.run(2, "throw")
    #expect(result.status != 0)
    #expect(count("Error: rank 1 of 2: no clip could be read\n", in: result.error) == 1)
    #expect(count("Error", in: result.error) == 1)
  }

  @Test(arguments: Launcher.installed) func anErrorOfAllRanksIsPrintedOnce(_ launcher: Launcher) throws {
    let result = try launcher.run(3, "throw-all")
    #expect(result.status != 0)
    #expect(count("the loss is not a number\n", in: result.error) == 1)
  }

  @Test(arguments: Launcher.installed) func ranksThatAreOutOfStepDoNotHang(_ launcher: Launcher) throws {
    let sizes = try launcher.run(2, "out-of-step")
    #expect(sizes.status != 0)
    let expected = "rank 0: the sum of 10 Floats, label 4; rank 1: the sum of 11 Floats, label 4"
    #expect(count(expected, in: sizes.error) == 1)
  }

  @Test(arguments: Launcher.installed, ["kill", "exit"]) func aRankThatIsGoneEndsTheJob(
    _ launcher: Launcher, _ how: String
  ) throws {
    let start = Date()
    let job = try Launcher.Job(launcher, 2, how == "kill" ? "wait" : "exit", [:])
    var processes: [pid_t] = []
    if how == "kill" {
      var output = ""
      while !output.contains("processes ") || output.last != "\n" {
        let more = job.read()
        if more.isEmpty { break }
        output += more
      }
      processes = output.split(separator: "processes ").last!.split(whereSeparator: \.isWhitespace).map { pid_t($0)! }
      try #require(processes.count == 2)
      kill(processes[1], SIGKILL)
    }
    let result = job.end()
    #expect(result.status != 0)
    #expect(Date().timeIntervalSince(start) < 15)
    for process in processes { #expect(isGone(process), "process \(process) goes on") }
  }

  // MARK: Launchers and libraries that do not fit

  @Test(arguments: Launcher.installed) func aLibraryThatIsNotThereIsNamed(_ launcher: Launcher) throws {
    let result = try launcher.run(2, "check", ["SLOWFAST_MPI_LIBRARY": "/nowhere/libmpi.so"])
    #expect(result.status != 0)
    #expect(result.error.contains("its library cannot be loaded: /nowhere/libmpi.so: cannot open"))
    #expect(result.error.contains("-> on every machine, apt-get install \(launcher.package);"))
    let noMPI = try alone(launcher.variables.merging(["SLOWFAST_MPI_LIBRARY": "libm.so.6"]) { $1 })
    #expect(noMPI.error.contains("its library cannot be loaded: it has no MPI_"))
  }

  @Test(
    .enabled(
      if: Launcher.installed.count == 2, "needs both families of MPI: apt-get install openmpi-bin mpich"),
    arguments: Launcher.allCases)
  func theLibraryOfAnotherLauncherIsFoundOut(_ launcher: Launcher) throws {
    let result = try launcher.run(2, "check", ["SLOWFAST_MPI_LIBRARY": launcher.other.library])
    #expect(result.status != 0)
    #expect(result.error.contains("this is rank 0 of 1, expected one of 2 -> start with the launcher that belongs"))
  }

  @Test(arguments: Launcher.installed) func variablesWithoutALauncherAreFoundOut(_ launcher: Launcher) throws {
    let result = try alone(launcher.variables)
    #expect(result.status == 1)
    let variable = launcher == .openMPI ? "OMPI_COMM_WORLD_SIZE" : "PMI_RANK"
    #expect(result.error.contains("for a process by itself, unset \(variable)\n"))
  }
}

@Suite struct WithoutMPITests {
  @Test func aProcessByItselfNeedsNoMPI() throws {
    #expect(try alone(["SLOWFAST_MPI_LIBRARY": "/nowhere"]).status == 0)
  }
}
