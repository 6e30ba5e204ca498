internal import Files
internal import Geometry
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
    do { try readXML(content.bytes, reader) } catch let error as XMLError {
      throw BoxFileError.malformed(
        path: content.path, place: "line \(error.line)", expected: "XML", found: error.found,
        advice: "export the annotations again")
    }
    return reader.finish()
  }
}

private final class CVATReader: XMLElementHandler {
  private var builder: BoxFileBuilder
  private var path: [String] = []
  private var size: ImageSize?
  private var original: (width: Int?, height: Int?)
  private var source: String?
  private var track: (id: String?, label: String)?
  private var image: (name: String, number: Int?, size: ImageSize?)?

  init(_ builder: BoxFileBuilder) {
    self.builder = builder
    self.builder.file.firstFrame = 0
  }

  /// What is in `meta` may stand behind the boxes, too: it is applied at the end.
  func finish() -> BoxFile {
    var file = builder.finish()
    for index in file.records.indices {
      if case .frame = file.records[index].position {
        file.records[index].size = size
        file.records[index].video = source
      }
    }
    return file
  }

  func begin(_ name: String, _ attributes: [String: String], line: Int) throws {
    path.append(name)
    let place = BoxRecord.Place(file: 0, part: .line, number: line)
    switch name {
    case "track":
      track = (attributes["id"], try required("label", attributes, place))
    case "image":
      let (width, height) = (attributes["width"].flatMap(Int.init), attributes["height"].flatMap(Int.init))
      let size: ImageSize? =
        if let width, let height, width > 0, height > 0 { ImageSize(width: width, height: height) } else { nil }
      let name = try required("name", attributes, place)
      builder.file.pictures.append(withoutPictureEnding(name))
      image = (name, attributes["id"].flatMap(Int.init), size)
    case "box": try box(attributes, place)
    case "polygon", "polyline", "points", "cuboid", "ellipse", "skeleton", "mask", "tag":
      if track != nil || image != nil { builder.leaveOut(name) }
    default: break
    }
  }

  func end(_ name: String, text: String) throws {
    let inMeta = path.contains("meta")
    if path.last == name { path.removeLast() }
    switch name {
    case "track": track = nil
    case "image": image = nil
    case "width" where inMeta && path.last == "original_size": original.width = Int(text)
    case "height" where inMeta && path.last == "original_size": original.height = Int(text)
    case "original_size":
      if let width = original.width, let height = original.height, width > 0, height > 0 {
        size = ImageSize(width: width, height: height)
      }
    case "source" where inMeta: source = text.isEmpty ? nil : text
    default: break
    }
  }

  private func required(_ name: String, _ attributes: [String: String], _ place: BoxRecord.Place) throws -> String {
    if let value = attributes[name] { return value }
    throw builder.fault(
      place, expected: "an attribute '\(name)'", found: "none", advice: "export the annotations again")
  }

  private func box(_ attributes: [String: String], _ place: BoxRecord.Place) throws {
    let values = try ["xtl", "ytl", "xbr", "ybr"].map { name -> Double in
      let text = try required(name, attributes, place)
      guard let value = finiteNumber(text) else {
        throw builder.fault(
          place, expected: "a number as \(name)", found: quoted(text), advice: "export the annotations again")
      }
      return value
    }
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
      try builder.add(
        values, isSize: false, at: .frame(frame), unit: .pixels, className: track.label, trackID: track.id,
        place: place)
    } else if let image {
      try builder.add(
        values, isSize: false, at: .picture(withoutPictureEnding(image.name), number: image.number), unit: .pixels,
        size: image.size, className: try required("label", attributes, place), place: place)
    } else {
      throw builder.fault(
        place, expected: "a box in a track or an image", found: "one elsewhere", advice: "export the annotations again")
    }
  }
}
