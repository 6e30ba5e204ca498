internal import Glibc
internal import Synchronization

/// A page that shows what a running program sees: the newest picture as MJPEG, and a list of who is doing what. It can
/// only be read. Call it from ordinary threads; `start` and `stop` wait, nothing else does.
public final class LivePage: Sendable {
  /// What clients may have.
  public struct Limits: Sendable {
    /// How many may watch the pictures, and how many the states, at once; others are answered 503.
    public var clients: Int
    /// After how long at the most the newest picture is sent again.
    public var repeatInterval: Duration
    /// How long a client may read nothing of what it is sent, or send nothing, before it is let go of.
    public var patience: Duration

    public init(clients: Int = 32, repeatInterval: Duration = .seconds(5), patience: Duration = .seconds(15)) {
      self.clients = clients
      self.repeatInterval = repeatInterval
      self.patience = patience
    }
  }

  /// Connections beside those of clients that watch.
  private static let shortConnections = 128

  private let address: PageAddress
  private let allowsOthers: Bool
  private let limits: Limits
  private let content: LiveContent
  private let document: PageDocument
  private let running = Mutex<PageServer?>(nil)

  /// - Parameters:
  ///   - title: What the page is called, as text.
  ///   - allowsOthers: Whether other machines may open it, if the address lets them.
  public init(_ address: PageAddress, title: String, allowsOthers: Bool = false, limits: Limits = Limits()) {
    self.address = address
    self.allowsOthers = allowsOthers
    self.limits = limits
    content = LiveContent(limit: limits.clients)
    document = PageDocument(title: title)
  }

  /// Begins to serve, once in a page's life, and waits until clients can connect.
  ///
  /// - Returns: The port.
  /// - Throws: `LivePageError` where others could open the page though they may not, or the system does not allow it.
  public func start() throws -> Int {
    if !address.isLoopback && !allowsOthers {
      throw LivePageError.others(address: address.description, port: address.port)
    }
    let (socket, port): (Int32, Int)
    do throws(SystemCallError) {
      (socket, port) = try address.listen()
    } catch {
      throw LivePageError.system(address: address.description, code: error.code)
    }
    guard
      let server = PageServer(
        PageHandler(document: document, content: content), listening: socket,
        connections: 2 * limits.clients + LivePage.shortConnections, patience: limits.patience)
    else {
      throw LivePageError.start(address: address.description, reason: "no server could be started")
    }
    content.wakeAll(every: limits.repeatInterval)
    running.withLock { $0 = server }
    return port
  }

  /// Shows a picture instead of the one before. It does not wait for clients: those that are slow skip pictures.
  ///
  /// - Parameter jpeg: A whole JPEG file.
  public func show(jpeg: [UInt8]) { content.put(jpeg, as: .pictures) }

  /// Shows a state instead of the one before; it does not wait.
  ///
  /// - Parameter json: One JSON object, of which the page shows these members, where they are there: `time`, `latency` (seconds),
  ///   `dropped` (a number), `status` ("watching", "reconnecting", "stalled", "ended"), `note` (text), and `people`, each
  ///   with `id` and `actions`, each with `name` and `score` (0 to 1).
  public func update(state json: String) { content.put(Array(json.utf8), as: .states) }

  /// Ends all streams and the server; it takes two seconds at the most.
  public func stop() {
    let taken = running.withLock { running in
      defer { running = nil }
      return running
    }
    content.end()
    guard let taken else { return }
    // Streams end with a last chunk, unless a client does not read.
    for _ in 0..<50 where !content.isUnused { usleep(20_000) }
    taken.stop()
  }
}
