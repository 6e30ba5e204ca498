internal import ArgumentParser
internal import Detect
internal import ImageFiles
internal import Imaging
internal import JSON
internal import LivePage
internal import Overlay
internal import Wording

/// Where a page shows what a watch sees.
struct PageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Serve a page that shows key frames with boxes and a list of what is done, as 127.0.0.1:8080 or 8080; port 0 takes a \
      free one. It can only be read.
      """, valueName: "address"))
  var serve: String?

  @Flag(
    help:
      "Let --serve take an address that other machines reach, such as 0.0.0.0:8080: whoever reaches it sees the stream."
  )
  var serveAnywhere = false

  func validate() throws {
    if serveAnywhere && serve == nil {
      throw ValidationError("--serve-anywhere says what --serve may -> add --serve ADDRESS")
    }
    if let serve {
      do { _ = try PageAddress(serve) } catch { throw ValidationError("\(error)") }
    }
  }

  /// Begins to serve; nil where no page was asked for.
  func page(title: String, threshold: Double, topK: Int) throws -> WatchPage? {
    guard let serve else { return nil }
    let page = LivePage(try PageAddress(serve), title: title, allowsOthers: serveAnywhere)
    let port = try page.start()
    let address = try PageAddress(serve)
    Console.say("the page: http://\(address.host(port: port))/")
    return WatchPage(page, title: title, style: OverlayStyle(threshold: threshold, topK: topK))
  }
}

/// Shows on a page what happens in a stream.
final class WatchPage {
  private let page: LivePage
  private let title: String
  private let style: OverlayStyle
  private var dropped = 0
  private var status = "watching"
  private var note = ""
  private var last: LiveDetection.KeyFrame?

  init(_ page: LivePage, title: String, style: OverlayStyle) {
    (self.page, self.title, self.style) = (page, title, style)
  }

  /// - Throws: `OverlayError`, `ImagingError`.
  func show(_ event: LiveDetection.Event) throws {
    switch event {
    case .keyFrame(let keyFrame):
      (status, last) = ("watching", keyFrame)
      if let image = keyFrame.image { page.show(jpeg: try drawn(image, keyFrame)) }
    case .news(.opened): (status, note) = ("watching", "")
    case .news(.dropped(let times)): dropped += times.count
    case .news(.reconnecting(let reason, let seconds)):
      (status, note) = ("reconnecting", "\(reason); again in \(fixed(seconds, 0)) s")
    case .news(.noted(let text)): note = text
    case .news(.ended(let reason, _)): (status, note) = ("ended", reason)
    }
    page.update(state: state.text)
  }

  /// Says that nothing more comes, and ends the page.
  func end() {
    status = "ended"
    page.update(state: state.text)
    page.stop()
  }

  private func drawn(_ image: Image, _ keyFrame: LiveDetection.KeyFrame) throws -> [UInt8] {
    let people = keyFrame.people.map { person in
      var drawn = DetectedPerson(
        box: person.box, proposalScore: person.score,
        actions: person.actions.map { ScoredAction(name: $0.name, score: Double($0.score)) })
      drawn.color = person.id
      return drawn
    }
    let scene = OverlayScene(people: people, title: title, time: "\(fixed(keyFrame.time, 2)) s")
    return try encodeJPEG(try drawOverlay(image, scene, style: style), quality: 80)
  }

  private var state: JSONValue {
    let people = (last?.people ?? []).map { person -> JSONValue in
      let told = person.actions.prefix { Double($0.score) >= style.threshold }.prefix(style.topK)
      let actions = told.map { action -> JSONValue in
        ["name": JSONValue(action.name), "score": JSONValue(action.score)]
      }
      return .object([("id", person.id.map { JSONValue($0) } ?? .null), ("actions", .array(Array(actions)))])
    }
    return .object([
      ("time", JSONValue(last?.time)), ("latency", JSONValue(last?.latency)), ("dropped", JSONValue(dropped)),
      ("status", JSONValue(status)), ("note", JSONValue(note)), ("people", .array(people)),
    ])
  }
}
