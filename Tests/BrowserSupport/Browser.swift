internal import Files
internal import Foundation
internal import Glibc
internal import TestSupport

/// A headless Chromium with one page, driven over a pair of pipes by Chrome's DevTools protocol: messages in JSON, a
/// zero byte after each.
public final class Browser {
  /// The installed Chromium; nil where there is none.
  public static let path: String? = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    .first { pathExists($0) }

  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// What the page made known by itself: requests, errors, messages to the console.
  public private(set) var events: [(name: String, parameters: [String: Any])] = []
  private let profile = TemporaryFolder()
  private var process: pid_t = 0
  private let input: Int32
  private let output: Int32
  private var received: [UInt8] = []
  private var lastNumber = 0
  private var session: String?

  public init() throws {
    guard let path = Browser.path else { throw Failure(description: "there is no Chromium") }
    processStart.lock()
    let (commands, answers) = (Browser.pipe(), Browser.pipe())
    (input, output) = (commands.write, answers.read)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in 0...2 {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY, 0)
    }
    // Chromium reads commands from descriptor 3 and answers on 4.
    posix_spawn_file_actions_adddup2(&actions, commands.read, 3)
    posix_spawn_file_actions_adddup2(&actions, answers.write, 4)
    let arguments = [
      path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
      "--remote-debugging-pipe", "--user-data-dir=\(profile.path)",
    ]
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    let code = posix_spawn(&process, path, &actions, nil, &words, environ)
    processStart.unlock()
    close(commands.read)
    close(answers.write)
    if code != 0 { throw Failure(description: "\(path): \(String(cString: strerror(code)))") }
    let target = try call("Target.createTarget", ["url": "about:blank"])["targetId"] ?? ""
    session = try call("Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"] as? String
    for domain in ["Page", "Runtime", "Log", "Network"] { try call("\(domain).enable") }
  }

  deinit {
    close(input)
    // Without its pipe the browser ends by itself; one that does not is ended.
    var status: Int32 = 0
    for _ in 0..<100 where process > 0 {
      if waitpid(process, &status, WNOHANG) != 0 { process = 0 } else { usleep(50_000) }
    }
    if process > 0 {
      kill(process, SIGKILL)
      waitpid(process, &status, 0)
    }
    close(output)
    profile.remove()
  }

  /// Opens a file and waits until it is loaded.
  public func open(_ file: String) throws { try open(address: "file://\(file)") }

  /// Opens what a URL leads to and waits until it is loaded.
  public func open(address: String) throws {
    events = []
    try call("Page.navigate", ["url": address])
    while !events.contains(where: { $0.name == "Page.loadEventFired" }) { note(try message()) }
  }

  /// Makes the window this wide, in CSS pixels.
  public func resize(width: Int, isPhone: Bool) throws {
    try call(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": 800, "deviceScaleFactor": 1, "mobile": isPhone])
  }

  /// The value of a line of JavaScript in the page.
  public func value(_ script: String) throws -> Any? {
    let result = try call("Runtime.evaluate", ["expression": script, "returnByValue": true, "awaitPromise": true])
    if let problem = result["exceptionDetails"] { throw Failure(description: "\(script): \(problem)") }
    return (result["result"] as? [String: Any])?["value"]
  }

  /// Presses and releases a key where the focus is.
  public func press(_ key: String, code: Int, text: String) throws {
    for kind in ["keyDown", "keyUp"] {
      try call(
        "Input.dispatchKeyEvent",
        ["type": kind, "key": key, "windowsVirtualKeyCode": code, "text": kind == "keyDown" ? text : ""])
    }
  }

  @discardableResult
  public func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    lastNumber += 1
    var request: [String: Any] = ["id": lastNumber, "method": method, "params": parameters]
    request["sessionId"] = session
    try write(Array(try JSONSerialization.data(withJSONObject: request)) + [0])
    while true {
      let answer = try message()
      guard answer["id"] as? Int == lastNumber else {
        note(answer)
        continue
      }
      if let problem = answer["error"] { throw Failure(description: "\(method): \(problem)") }
      return answer["result"] as? [String: Any] ?? [:]
    }
  }

  private func note(_ message: [String: Any]) {
    guard let name = message["method"] as? String else { return }
    events.append((name, message["params"] as? [String: Any] ?? [:]))
  }

  private func message() throws -> [String: Any] {
    while true {
      if let end = received.firstIndex(of: 0) {
        let text = Data(received[..<end])
        received.removeSubrange(...end)
        return try JSONSerialization.jsonObject(with: text) as? [String: Any] ?? [:]
      }
      var wait = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      // Against hanging: on a busy machine an answer may take more than a minute.
      if poll(&wait, 1, 300_000) <= 0 { throw Failure(description: "Chromium has not answered for five minutes") }
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      let count = chunk.withUnsafeMutableBytes { read(output, $0.baseAddress!, $0.count) }
      if count <= 0 { throw Failure(description: "Chromium has ended") }
      received += chunk[..<count]
    }
  }

  private func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(input, $0.baseAddress!, $0.count) }
      if count <= 0 { throw Failure(description: "Chromium has ended") }
      rest = rest.dropFirst(count)
    }
  }

  /// A pipe that no other child inherits, clear of the low descriptors.
  private static func pipe() -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    Glibc.pipe(&ends)
    defer { for end in ends { close(end) } }
    return (fcntl(ends[0], F_DUPFD_CLOEXEC, 20), fcntl(ends[1], F_DUPFD_CLOEXEC, 20))
  }
}
