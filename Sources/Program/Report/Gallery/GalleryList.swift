internal import Geometry
internal import TrackRecords
internal import Tracks
internal import Wording

/// The list of a gallery's videos.
struct GalleryList {
  struct Entry {
    var name: String
    var address: String
    var poster: String?
    var posterWidth = 0
    var posterHeight = 0
    var frames: Int
    var people: Int
    var intervals: Int
    var actions: [String]
    /// Whether something is missing on its page.
    var isIncomplete: Bool

    init(video: GalleryVideo, address: String, poster: EmbeddedImage?, actions: [String]) {
      name = video.name
      self.address = address
      self.poster = poster?.address
      (posterWidth, posterHeight) = (poster?.size.width ?? 0, poster?.size.height ?? 0)
      frames = video.frames.count
      people = video.tracks.tracks.count
      intervals = video.tracks.tubes.count
      self.actions = actions
      isIncomplete = !video.notes.isEmpty
    }
  }

  /// The longest side of a video's picture, in pixels.
  static let posterSide = 160

  var entries: [Entry]
  /// Videos without a page, and why.
  var missing: [String]

  var text: String {
    var sections = [Page.Section(id: "videos", title: "Videos", content: table)]
    if !missing.isEmpty {
      let items = missing.html { "<li class=\"fault\">\(messageHTML($0))</li>" }
      sections.append(
        Page.Section(id: "missing", title: "Without a page", content: "<ul class=\"findings\">\(items)</ul>\n"))
    }
    let lacking = missing.isEmpty ? "" : ", \(missing.count) without a page"
    let title = "\(counted(entries.count, "video"))\(lacking)"
    return Page(
      title: title, header: "<p class=\"eyebrow\">Key frames and people</p>\n<h1>\(title)</h1>\n", sections: sections,
      author: "gallery"
    ).text
  }

  private var table: HTML {
    var table = DataTable(
      caption: "Videos",
      columns: [
        .text("video"), .text("picture"), .number("key frames"), .number("people"), .number("intervals"),
        .text("longest actions"),
      ], sortableID: "video-table")
    for entry in entries {
      let picture: HTML =
        entry.poster.map {
          """
          <a href="\(entry.address)"><img src="\($0)" width="\(entry.posterWidth)" height="\(entry.posterHeight)" \
          alt="a key frame of \(entry.name)"></a>
          """
        } ?? "–"
      let mark: HTML = entry.isIncomplete ? " <small>something is missing</small>" : ""
      table.rows.append(
        DataTable.Row(
          cells: [
            DataTable.Cell(content: "<a href=\"\(entry.address)\">\(entry.name)</a>\(mark)"),
            DataTable.Cell(content: picture), .count(entry.frames), .count(entry.people), .count(entry.intervals),
            DataTable.Cell(content: "<div class=\"words\">\(entry.actions.joined(separator: ", "))</div>"),
          ], keywords: ([entry.name] + entry.actions).joined(separator: " ")))
    }
    return """
      <p class="filter"><label for="video-filter">Filter</label>
      <input id="video-filter" type="search" data-table="video-table" placeholder="name or action" autocomplete="off">
      <span id="video-table-shown" class="soft" role="status"></span></p>
      \(table.html)
      """
  }
}
