internal import Files
internal import Geometry
internal import JSON
internal import Tracks
internal import Wording

/// A project of VIA 3 (VGG Image Annotator) with a view for each video: a stretch of time for each action of a person, by
/// which the timeline has a row for each person, and a rectangle for each box at its time. Seconds have three decimals, pixels
/// two. Source: VIA's via-3.x.y/src/js, _via_data.js and _via_metadata.js.
struct VIAExport: ExportFormat {
  let name = "via"
  let ending = "json"
  let isPerVideo = false
  let needsFrames = true

  func write(_ videos: [ExportedVideo], _ classes: ExportedClasses, to file: AtomicFile) throws {
    var json = JSONWriter()
    json.beginObject(lines: true)
    json.member("project", project(videos.count))
    json.member(
      "config",
      [
        "file": ["loc_prefix": ["1": "", "2": "", "3": "", "4": ""]],
        "ui": [
          "file_content_align": "center", "file_metadata_editor_visible": JSONValue(true),
          "spatial_metadata_editor_visible": JSONValue(true),
          "temporal_segment_metadata_editor_visible": JSONValue(true), "spatial_region_label_attribute_id": "5",
          "gtimeline_visible_row_count": "8",
        ],
      ])
    let actions = Set(videos.flatMap(\.people).flatMap(\.actions).map(\.action)).sorted()
    json.member("attribute", attributes(actions.map { ("\($0)", JSONValue(classes.name(of: $0))) }))
    json.name("file")
    json.beginObject(lines: true)
    for (index, video) in videos.enumerated() {
      let id = "\(index + 1)"
      // Kind 4 is a video, place 1 a file that the browser asks for.
      json.member(
        id,
        [
          "fid": JSONValue(id), "fname": JSONValue(video.fileName), "type": JSONValue(4), "loc": JSONValue(1),
          "src": "",
        ])
    }
    json.end()
    json.name("metadata")
    json.beginObject(lines: true)
    for (index, video) in videos.enumerated() {
      let clock = try video.requiredClock(self)
      try write(video, view: "\(index + 1)", clock.size, &json, to: file)
    }
    json.end()
    json.name("view")
    json.beginObject(lines: true)
    for index in videos.indices { json.member("\(index + 1)", ["fid_list": .array([JSONValue("\(index + 1)")])]) }
    json.end()
    json.end()
    try file.write(json.take() + [UInt8(ascii: "\n")])
  }

  private func project(_ count: Int) -> JSONValue {
    [
      // Words that VIA puts its own in for when it opens or shares the project.
      "pid": "__VIA_PROJECT_ID__", "rev": "__VIA_PROJECT_REV_ID__", "rev_timestamp": "__VIA_PROJECT_REV_TIMESTAMP__",
      "pname": "people and actions", "creator": "slowfast", "created": JSONValue(0), "data_format_version": "3.1.1",
      "vid_list": .array((0..<count).map { JSONValue("\($0 + 1)") }),
    ]
  }

  /// What is said of stretches of time (Z2) and of rectangles (Z1, XY1): as text (1), or chosen from a list (4).
  private func attributes(_ actions: [(String, JSONValue)]) -> JSONValue {
    func attribute(
      _ name: String, _ anchor: String, _ description: String, _ options: [(String, JSONValue)] = []
    ) -> JSONValue {
      [
        "aname": JSONValue(name), "anchor_id": JSONValue(anchor), "type": JSONValue(options.isEmpty ? 1 : 4),
        "desc": JSONValue(description), "options": .object(options), "default_option_id": "",
      ]
    }
    let (stretch, rectangle) = ("FILE1_Z2_XY0", "FILE1_Z1_XY1")
    return [
      "1": attribute("person", stretch, "Who"), "2": attribute("action", stretch, "What is done", actions),
      "3": attribute("score", stretch, "The mean score of the action"),
      "4": attribute("class", rectangle, "What it is", [("0", JSONValue(ExportedClasses.person))]),
      "5": attribute("track", rectangle, "Who"),
    ]
  }

  private func write(
    _ video: ExportedVideo, view: String, _ size: ImageSize, _ json: inout JSONWriter, to file: AtomicFile
  ) throws(FileError) {
    var number = 0
    func add(_ times: [Double], _ shape: [JSONValue], _ values: [(String, String)]) {
      number += 1
      json.member(
        "\(view)_\(number)",
        [
          "vid": JSONValue(view), "flg": JSONValue(0), "z": .array(times.map { JSONValue(rounded($0, 3)) }),
          "xy": .array(shape), "av": .object(values.map { ($0, JSONValue($1)) }),
        ])
    }
    for person in video.people {
      for action in person.actions {
        // A stretch that is empty once it is rounded would be a moment.
        add(
          [action.start, max(action.end, action.start + 0.001)], [],
          [("1", person.name), ("2", "\(action.action)"), ("3", "\(rounded(action.score, 6))")])
      }
      for sighting in person.sightings {
        let box = sighting.box.pixels(in: size).clipped(maxX: Double(size.width), maxY: Double(size.height))
        let (left, top) = (rounded(box.x1, 2), rounded(box.y1, 2))
        let extent = [rounded(box.x2, 2) - left, rounded(box.y2, 2) - top]
        // Kind 2 is a rectangle: left, top, width, height.
        add(
          [sighting.time], [JSONValue(2)] + ([left, top] + extent.map { rounded($0, 2) }).map { JSONValue($0) },
          [("4", "0"), ("5", person.name)])
      }
      try file.write(json.take())
    }
  }
}
