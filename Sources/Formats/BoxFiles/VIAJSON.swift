internal import JSON
internal import Wording

/// Projects of VIA: of version 3, for videos, with `metadata` of times and shapes; of version 2, for pictures, with
/// regions by picture, as a project or as exported annotations.
struct VIAJSON: BoxFormat {
  let name = "via-json"
  let title = "VIA's JSON"

  private enum Form { case videos, pictures(JSONValue) }

  private static func form(_ root: JSONValue) -> Form? {
    if root["metadata"] != nil, root["project"]?["vid_list"] != nil || root["view"] != nil { return .videos }
    if let pictures = root["_via_img_metadata"] { return .pictures(pictures) }
    guard let first = root.members.first?.value, first["filename"] != nil, first["regions"] != nil else { return nil }
    return .pictures(root)
  }

  func recognise(_ content: BoxContent) -> String? {
    guard case .success(let root)? = content.json, let form = Self.form(root) else { return nil }
    switch form {
    case .videos: return "a project with metadata and views"
    case .pictures: return "regions by picture"
    }
  }

  func read(_ content: BoxContent, images: BoxContent?) throws -> BoxFile {
    let root = try content.requiredJSON()
    var regions = VIARegions(builder: BoxFileBuilder(self, content))
    switch Self.form(root) {
    case .videos: try readVideos(root, &regions)
    case .pictures(let pictures): try readPictures(pictures, &regions)
    case nil:
      throw regions.builder.fault(
        expected: "a project or exported annotations of VIA", found: "JSON of another form",
        advice: "give the right file, or another --proposals-format")
    }
    return regions.builder.finish()
  }

  private func readVideos(_ root: JSONValue, _ regions: inout VIARegions) throws {
    let attributes = VIARegions.attributes(root["attribute"])
    for (index, member) in (root["metadata"]?.members ?? []).enumerated() {
      let place = BoxRecord.Place(file: 0, part: .item, number: index)
      let value = member.value
      guard let times = value["z"]?.numbers, let shape = value["xy"]?.numbers, case .string(let view)? = value["vid"]
      else {
        throw regions.builder.fault(
          place, expected: "a view 'vid', times 'z' and a shape 'xy'", found: quoted(value.text),
          advice: "correct or remove the metadata '\(member.name)'")
      }
      let files = root["view"]?[view]?["fid_list"]?.values ?? []
      guard files.count == 1, case .string(let file) = files[0],
        case .string(let name)? = root["file"]?[file]?["fname"]
      else {
        throw regions.builder.fault(
          place, expected: "a view of one file with its name", found: "\(files.count) files under the view '\(view)'",
          advice: "annotate each video in a view of its own")
      }
      try regions.add(file: name, times: times, shape: shape, values: value["av"] ?? .null, attributes, place)
    }
  }

  private func readPictures(_ pictures: JSONValue, _ regions: inout VIARegions) throws {
    var index = 0
    for picture in pictures.members {
      guard case .string(let name)? = picture.value["filename"], let list = picture.value["regions"] else {
        throw regions.builder.fault(
          BoxRecord.Place(file: 0, part: .item, number: index), expected: "a filename and regions",
          found: quoted(picture.value.text), advice: "correct or remove the picture '\(picture.name)'")
      }
      regions.builder.file.pictures.append(withoutPictureEnding(name))
      // Version 1 has regions by number.
      for region in list.values + list.members.map(\.value) {
        let place = BoxRecord.Place(file: 0, part: .item, number: index)
        index += 1
        try regions.add(
          picture: name, shape: region["shape_attributes"] ?? .null, attributes: region["region_attributes"], place)
      }
    }
  }
}
