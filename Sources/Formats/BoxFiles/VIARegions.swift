internal import JSON
internal import Wording

/// What the formats of VIA (VGG Image Annotator) share. Source: VIA's via-3.x.y/src/js/_via_metadata.js and
/// _via_import_export.js, and via-2.x.y/via.js.
struct VIARegions {
  /// The shape ids of VIA 3; 2 is a rectangle.
  private static let shapes = [
    1: "point", 3: "circle", 4: "ellipse", 5: "line", 6: "polyline", 7: "polygon", 8: "extreme rectangle",
    9: "extreme circle",
  ]
  /// Names of attributes whose value is the kind of the thing.
  private static let classAttributes = ["class", "label", "category", "type", "name", "object"]
  /// Names of attributes whose value says who it is.
  private static let trackAttributes = ["track", "track_id", "trackid", "person_id", "personid", "object_id", "id"]

  /// An attribute of VIA 3: its name and what its options are called.
  struct Attribute {
    var name: String
    var options: [String: String] = [:]
  }

  var builder: BoxFileBuilder

  /// The attributes of VIA 3 by id.
  static func attributes(_ value: JSONValue?) -> [String: Attribute] {
    guard case .object(let members)? = value else { return [:] }
    var attributes: [String: Attribute] = [:]
    for member in members {
      // Early versions have the name alone.
      if case .string(let name) = member.value { attributes[member.name] = Attribute(name: name) }
      guard case .string(let name)? = member.value["aname"] else { continue }
      var attribute = Attribute(name: name)
      if case .object(let options)? = member.value["options"] {
        for option in options { if case .string(let text) = option.value { attribute.options[option.name] = text } }
      }
      attributes[member.name] = attribute
    }
    return attributes
  }

  /// A region of VIA 3.
  ///
  /// - Parameters:
  ///   - file: Its name: a picture's has the ending of one.
  ///   - times: Seconds; none for a picture.
  ///   - shape: The shape's id and its numbers; none for a stretch of time.
  mutating func add(
    file: String, times: [Double], shape: [Double], values: JSONValue, _ attributes: [String: Attribute],
    _ place: BoxRecord.Place
  ) throws {
    guard let kind = shape.first.flatMap(whole) else {
      builder.leaveOut("stretch of time without a box")
      return
    }
    guard kind == 2 else {
      builder.leaveOut(Self.shapes[kind] ?? "shape of the kind \(kind)")
      return
    }
    // Of a video it lies at no moment; its name says none, whatever number it ends in.
    if times.isEmpty, !hasPictureEnding(file) {
      builder.leaveOut("region without a time")
      return
    }
    guard shape.count == 5 else {
      throw builder.fault(
        place, expected: "a rectangle: 2, left, top, width, height", found: "\(shape.count) numbers",
        advice: "correct or remove the region")
    }
    if times.count > 1 {
      throw builder.fault(
        place, expected: "one moment for a box", found: "\(times.count)", advice: "give the box at each moment")
    }
    let named = values.members.map { (attributes[$0.name]?.name ?? $0.name, $0.value) }.map { name, value in
      (
        name,
        attributes.values.first { $0.name == name }.flatMap { $0.options[Self.text(value) ?? ""] } ?? Self.text(value)
      )
    }
    let said = values.members.map { member in
      let known = attributes[member.name]
      return BoxRecord.Attribute(
        name: known?.name ?? member.name, values: Self.values(member.value, known?.options ?? [:]))
    }
    let position = times.first.map { BoxRecord.Position.time($0) } ?? .picture(withoutPictureEnding(file), number: nil)
    try builder.add(
      Array(shape[1...]), isSize: true, at: position, video: times.isEmpty ? nil : file, unit: .pixels,
      className: Self.value(of: Self.classAttributes, named), trackID: Self.value(of: Self.trackAttributes, named),
      attributes: said, place: place)
  }

  /// A region of VIA 2, which knows pictures.
  mutating func add(picture: String, shape: JSONValue, attributes: JSONValue?, _ place: BoxRecord.Place) throws {
    let path = withoutPictureEnding(picture)
    if builder.file.pictures.last != path { builder.file.pictures.append(path) }
    guard case .string(let kind)? = shape["name"] else {
      builder.leaveOut("picture without a region")
      return
    }
    guard kind == "rect" else {
      builder.leaveOut(kind)
      return
    }
    let values = try ["x", "y", "width", "height"].map { name -> Double in
      guard case .number(let number)? = shape[name], number.double.isFinite else {
        throw builder.fault(
          place, expected: "numbers x, y, width and height of a rect", found: quoted(shape.text),
          advice: "correct or remove the region")
      }
      return number.double
    }
    let named = (attributes?.members ?? []).map { ($0.name, Self.text($0.value)) }
    let said = (attributes?.members ?? []).map {
      BoxRecord.Attribute(name: $0.name, values: Self.values($0.value, [:]))
    }
    try builder.add(
      values, isSize: true, at: .picture(path, number: nil), unit: .pixels,
      className: Self.value(of: Self.classAttributes, named), trackID: Self.value(of: Self.trackAttributes, named),
      attributes: said, place: place)
  }

  /// What is chosen of an attribute: of version 3 the numbers of options with commas between them, of version 2 an object with the
  /// ticked ones.
  private static func values(_ value: JSONValue, _ options: [String: String]) -> [String] {
    if case .object(let members) = value {
      return members.filter { $0.value == .bool(true) || text($0.value)?.lowercased() == "true" }.map(\.name)
    }
    guard let text = text(value), !text.isEmpty else { return [] }
    if options.isEmpty { return [text] }
    return text.split(separator: ",").map { part in options[trimmed(part)] ?? trimmed(part) }
  }

  private static func text(_ value: JSONValue) -> String? {
    switch value {
    case .string(let text): text
    case .number(let number): number.text
    default: nil
    }
  }

  /// The value of the first of some attributes that has one.
  private static func value(of names: [String], _ attributes: [(String, String?)]) -> String? {
    for wanted in names {
      for (name, value) in attributes where name.lowercased() == wanted {
        if let value, !value.isEmpty { return value }
      }
    }
    return nil
  }
}

extension JSONValue {
  /// The members of an object; none for what is no object.
  var members: [JSONMember] {
    guard case .object(let members) = self else { return [] }
    return members
  }

  /// The numbers of an array; nil where something else is among them.
  var numbers: [Double]? {
    guard case .array(let values) = self else { return nil }
    var numbers: [Double] = []
    for value in values {
      guard case .number(let number) = value, number.double.isFinite else { return nil }
      numbers.append(number.double)
    }
    return numbers
  }
}
