internal import Files
internal import Geometry
internal import Glibc
internal import Wording

/// CVAT's XML 1.1: for videos, tracks of boxes by frame; for pictures, boxes in images. Boxes are in pixels. Frames are the
/// video's own, from 0, in a task that shows a part of it or every n-th frame (`start_frame`, `frame_filter`), too: the export has
/// counted them back already, and has the video's numbers in the names of its images, as in frame_000024. Source: CVAT's
/// documentation "XML annotation format", cvat/apps/dataset_manager/formats/cvat.py and `abs_frame_id` of
/// cvat/apps/dataset_manager/bindings.py.
struct CVATXML: BoxFormat {
  let name = "cvat"
  let title = "CVAT's XML"

  func recognise(_ content: BoxContent) -> String? {
    guard content.foreign?.format == .xml else { return nil }
    let text = String(decoding: content.bytes.prefix(1 << 16), as: UTF8.self)
    guard text.contains("<annotations") else { return nil }
    if text.contains("<track ") { return "annotations with tracks" }
    if text.contains("<image ") { return "annotations with images" }
    return text.contains("<meta>") && text.contains("<task>") ? "annotations of a task" : nil
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    let reader = CVATReader(BoxFileBuilder(self, content))
    // A project's export has several tasks, each of a video of its own.
    do { try readXML(content.bytes, reader) } catch let error as XMLError {
      throw BoxFileError.malformed(
        path: content.path, place: "line \(error.line)", expected: "XML", found: error.found,
        advice: "export the annotations again")
    }
    return try reader.finish()
  }
}

private final class CVATReader: XMLElementHandler {
  /// A task of which boxes are: one, or those of a project.
  private struct Task {
    var id: String?
    var source: String?
    var size: ImageSize?
  }

  private var builder: BoxFileBuilder
  private var path: [String] = []
  private var tasks: [Task] = []
  private var original: (width: Int?, height: Int?)
  /// The line of the last element that began: of one without inner elements, its own.
  private var line = 0
  /// The task's id of each record, as its track or image has it.
  private var owners: [String?] = []
  private var track: (id: String?, label: String, task: String?)?
  private var image: (name: String, number: Int?, size: ImageSize?, task: String?)?
  /// The name of the attribute at hand, of a box that was taken.
  private var attribute: String?
  private var isTaken = false
  private var turned = 0

  init(_ builder: BoxFileBuilder) {
    self.builder = builder
    self.builder.file.firstFrame = 0
    self.builder.file.hasPictureSizes = true
  }

  /// What is in `meta` may stand behind the boxes, too: it is applied at the end.
  ///
  /// - Throws: `BoxFileError` for boxes that may be of one of several videos.
  func finish() throws -> BoxFile {
    var file = builder.finish()
    let isProject = Set(tasks.compactMap(\.source)).count > 1
    for index in file.records.indices {
      let isFrame = if case .frame = file.records[index].position { true } else { false }
      guard isFrame || isProject else { continue }
      let owner = owners[index]
      if isProject, owner == nil {
        throw file.fault(
          file.records[index], expected: "the id of one of \(tasks.count) tasks, each of a video of its own",
          found: "none", advice: "export each task by itself")
      }
      let task = tasks.first { $0.id == owner } ?? (isProject ? nil : tasks.last)
      if isFrame { file.records[index].size = task?.size }
      file.records[index].video = task?.source
    }
    if turned > 0 {
      file.remarks.append(
        "\(counted(turned, "turned box", plural: "turned boxes")): the upright boxes around them are taken")
    }
    return file
  }

  func begin(_ name: String, _ attributes: [String: String], line: Int) throws {
    path.append(name)
    self.line = line
    let place = BoxRecord.Place(file: 0, part: .line, number: line)
    switch name {
    case "task" where path.contains("meta"), "job" where path.contains("meta"): tasks.append(Task())
    case "track":
      track = (attributes["id"], try required("label", attributes, place), attributes["task_id"])
    case "image":
      let (width, height) = (
        try attributes["width"].map { try side("width", $0, place) },
        try attributes["height"].map { try side("height", $0, place) }
      )
      if (width == nil) != (height == nil) {
        throw builder.fault(
          place, expected: "width and height of an 'image'", found: "one of them",
          advice: "export the annotations again")
      }
      let size: ImageSize? = if let width, let height { ImageSize(width: width, height: height) } else { nil }
      let name = try required("name", attributes, place)
      builder.file.pictures.append(withoutPictureEnding(name))
      image = (name, attributes["id"].flatMap(Int.init), size, attributes["task_id"])
    case "box": try box(attributes, place)
    case "attribute": attribute = isTaken && path.dropLast().last == "box" ? attributes["name"] : nil
    case "polygon", "polyline", "points", "cuboid", "ellipse", "skeleton", "mask", "tag":
      if track != nil || image != nil { builder.leaveOut(name) }
    default: break
    }
  }

  func end(_ name: String, text: String) throws {
    let inMeta = path.contains("meta")
    let place = BoxRecord.Place(file: 0, part: .line, number: line)
    if path.last == name { path.removeLast() }
    switch name {
    case "track": track = nil
    case "image": image = nil
    case "box": isTaken = false
    case "attribute":
      if let attribute { builder.addAttribute(attribute, trimmed(text)) }
      attribute = nil
    case "id" where inMeta && ["task", "job"].contains(path.last): ofTask { $0.id = trimmed(text) }
    case "width" where inMeta && path.last == "original_size": original.width = try side(name, text, place)
    case "height" where inMeta && path.last == "original_size": original.height = try side(name, text, place)
    case "original_size":
      if (original.width == nil) != (original.height == nil) {
        throw builder.fault(
          place, expected: "width and height in 'original_size'", found: "one of them",
          advice: "export the annotations again")
      }
      if let width = original.width, let height = original.height {
        ofTask { $0.size = ImageSize(width: width, height: height) }
      }
      original = (nil, nil)
    case "source" where inMeta: ofTask { $0.source = text.isEmpty ? nil : text }
    default: break
    }
  }

  private func ofTask(_ change: (inout Task) -> Void) {
    if tasks.isEmpty { tasks.append(Task()) }
    change(&tasks[tasks.count - 1])
  }

  private func required(_ name: String, _ attributes: [String: String], _ place: BoxRecord.Place) throws -> String {
    if let value = attributes[name] { return value }
    throw builder.fault(
      place, expected: "an attribute '\(name)'", found: "none", advice: "export the annotations again")
  }

  /// A side of the pictures.
  ///
  /// - Parameter name: The element's or the attribute's.
  /// - Throws: `BoxFileError`.
  private func side(_ name: String, _ text: String, _ place: BoxRecord.Place) throws -> Int {
    if let pixels = Int(trimmed(text)), pixels > 0, pixels < 1 << 31 { return pixels }
    throw builder.fault(
      place, expected: "the pictures' \(name) in pixels, 1 or more", found: quoted(text),
      advice: "export the annotations again, or correct the \(name)")
  }

  private func box(_ attributes: [String: String], _ place: BoxRecord.Place) throws {
    func number(_ name: String, _ text: String) throws -> Double {
      if let value = finiteNumber(text) { return value }
      throw builder.fault(
        place, expected: "a number as \(name)", found: quoted(text), advice: "export the annotations again")
    }
    isTaken = false
    var values = try ["xtl", "ytl", "xbr", "ybr"].map { try number($0, required($0, attributes, place)) }
    let angle = try number("rotation", attributes["rotation"] ?? "0")
    if let track {
      let text = try required("frame", attributes, place)
      guard let frame = Int(text), frame >= 0, frame < 1 << 31 else {
        throw builder.fault(
          place, expected: "a frame's number, 0 or more", found: quoted(text), advice: "export the annotations again")
      }
      if attributes["outside"] == "1" {
        builder.leaveOut("box where CVAT marks its track as outside")
        return
      }
      turn(&values, by: angle)
      try builder.add(
        values, isSize: false, at: .frame(frame), unit: .pixels, className: track.label, trackID: track.id,
        place: place)
      owners.append(track.task)
    } else if let image {
      turn(&values, by: angle)
      try builder.add(
        values, isSize: false, at: .picture(withoutPictureEnding(image.name), number: image.number), unit: .pixels,
        size: image.size, className: try required("label", attributes, place), place: place)
      owners.append(image.task)
    } else {
      throw builder.fault(
        place, expected: "a box in a track or an image", found: "one elsewhere", advice: "export the annotations again")
    }
    isTaken = true
  }

  /// The upright box around one that is turned round its centre.
  ///
  /// - Parameter angle: Degrees, clockwise as pictures are seen.
  private func turn(_ values: inout [Double], by angle: Double) {
    let turn = angle * .pi / 180
    if angle.truncatingRemainder(dividingBy: 360) == 0 { return }
    turned += 1
    let (x, y) = ((values[0] + values[2]) / 2, (values[1] + values[3]) / 2)
    let (w, h) = ((values[2] - values[0]) / 2, (values[3] - values[1]) / 2)
    let (width, height) = (
      abs(w * cos(turn)) + abs(h * sin(turn)), abs(w * sin(turn)) + abs(h * cos(turn))
    )
    values = [x - width, y - height, x + width, y + height]
  }
}
