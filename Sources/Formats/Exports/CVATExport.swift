internal import Files
internal import Geometry
internal import Tracks
internal import Wording

/// CVAT for video 1.1: a track for each person, with a key frame for each box and wherever an action begins or ends. Actions
/// are check boxes that may change from frame to frame. Frames count from 0, boxes are in pixels with two decimals, cut at the
/// picture's edges. Source: CVAT's documentation "XML annotation format".
struct CVATExport: ExportFormat {
  let name = "cvat"
  let ending = "xml"
  let isPerVideo = true
  let needsFrames = true

  func write(_ videos: [ExportedVideo], _ classes: ExportedClasses, to file: AtomicFile) throws {
    var xml = XMLWriter()
    for video in videos {
      let clock = try video.requiredClock(self)
      let tracks = video.people.map { (id: $0.id, frames: FrameTrack($0, clock)) }
      let actions = Set(video.people.flatMap(\.actions).map(\.action)).sorted()
      let last = tracks.compactMap(\.frames.span?.upperBound).max() ?? 0
      xml.begin("annotations")
      xml.element("version", text: "1.1")
      xml.begin("meta")
      xml.begin("task")
      xml.element("name", text: video.name)
      xml.element("size", text: "\(clock.frameCount ?? last + 1)")
      xml.element("mode", text: "interpolation")
      xml.element("start_frame", text: "0")
      xml.element("stop_frame", text: "\((clock.frameCount ?? last + 1) - 1)")
      xml.begin("labels")
      xml.begin("label")
      xml.element("name", text: ExportedClasses.person)
      xml.begin("attributes")
      for action in actions { describe(classes.name(of: action), &xml) }
      for _ in 0..<3 { xml.end() }
      xml.begin("original_size")
      xml.element("width", text: "\(clock.size.width)")
      xml.element("height", text: "\(clock.size.height)")
      xml.end()
      xml.element("source", text: video.fileName)
      xml.end()
      xml.end()
      for track in tracks {
        write(track.frames, id: track.id, actions.map { ($0, classes.name(of: $0)) }, count: clock.frameCount, &xml)
        try file.write(xml.take())
      }
      xml.end()
    }
    try file.write(xml.take())
  }

  private func describe(_ action: String, _ xml: inout XMLWriter) {
    xml.begin("attribute")
    xml.element("name", text: action)
    xml.element("mutable", text: "True")
    xml.element("input_type", text: "checkbox")
    xml.element("default_value", text: "false")
    xml.element("values", text: "false")
    xml.end()
  }

  private func write(
    _ track: FrameTrack, id: Int, _ actions: [(id: Int, name: String)], count: Int?, _ xml: inout XMLWriter
  ) {
    guard let span = track.span else { return }
    xml.begin("track", [("id", "\(id)"), ("label", ExportedClasses.person), ("source", "auto")])
    let seen = Set(track.boxes.map(\.frame))
    let changes = track.actions.flatMap { [$0.frames.lowerBound, $0.frames.upperBound + 1] }
    for frame in seen.union(changes).sorted() where span.contains(frame) {
      box(track, frame, isOutside: false, actions, &xml)
    }
    // Behind the last frame of the video there is nothing that the person could be outside of.
    if span.upperBound + 1 < count ?? .max { box(track, span.upperBound + 1, isOutside: true, actions, &xml) }
    xml.end()
  }

  private func box(
    _ track: FrameTrack, _ frame: Int, isOutside: Bool, _ actions: [(id: Int, name: String)], _ xml: inout XMLWriter
  ) {
    guard let box = track.box(in: frame) else { return }
    let corners = zip(["xtl", "ytl", "xbr", "ybr"], [box.x1, box.y1, box.x2, box.y2]).map { ($0, fixed($1, 2)) }
    xml.begin(
      "box",
      [
        ("frame", "\(frame)"), ("keyframe", "1"), ("outside", isOutside ? "1" : "0"), ("occluded", "0"),
      ] + corners + [("z_order", "0")])
    let on = Set(track.actions.filter { $0.frames.contains(frame) }.map(\.action))
    for action in actions {
      xml.element("attribute", [("name", action.name)], text: on.contains(action.id) ? "true" : "false")
    }
    xml.end()
  }
}
