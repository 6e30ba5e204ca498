internal import JSON
internal import TrackRecords
internal import Tracks
internal import Wording

/// The page of a video: the video itself with its people over it, people's actions through time, and the key frames.
struct GalleryPage {
  var video: GalleryVideo
  /// The names of actions.
  var name: (Int) -> String
  var leastScore: Double
  /// The address of the list of all videos, where there are several.
  var list: String?

  private static let style = HTML.raw(
    String(decoding: PackageResources.page_css, as: UTF8.self)
      + String(decoding: PackageResources.gallery_css, as: UTF8.self))
  private static let script = HTML.raw(String(decoding: PackageResources.gallery_js, as: UTF8.self))

  /// The document. It may load pictures and the video from beside it, and nothing else.
  var text: String {
    let data = HTML.raw(scriptText(video.json(naming: name, leastScore: leastScore).text))
    let document: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
      script-src 'unsafe-inline'; img-src 'self' file: data:; media-src 'self' file: blob:; base-uri 'none'; \
      form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>\(video.name)</title>
      <link rel="icon" href="data:,">
      <style>
      \(Self.style)</style>
      </head>
      <body class="gallery">
      <header>
      \(back)<h1>\(video.name)</h1>
      <p class="lead">\(summary)</p>
      <noscript><p>This page draws itself with a script, which is switched off here.</p></noscript>
      \(notes)</header>
      <div class="desk">
      <div class="seat">
      \(stage)\(filters)<details id="people-fold" open><summary>People through time</summary>
      <div id="people"></div></details>
      </div>
      <main>
      <p id="count" class="soft" role="status"></p>
      <div id="keys"></div>
      <button id="more" type="button" hidden>More key frames</button>
      </main>
      </div>
      <footer><p>Written by slowfast gallery.</p></footer>
      <script type="application/json" id="data">\(data)</script>
      \(embedded)<script>
      \(Self.script)</script>
      </body>
      </html>

      """
    return document.text
  }

  private var back: HTML {
    list.map { "<p class=\"eyebrow\"><a href=\"\($0)\">All videos</a></p>\n" } ?? ""
  }

  private var summary: String {
    [
      counted(video.frames.count, "key frame"), counted(video.tracks.tracks.count, "person", plural: "people"),
      counted(video.tracks.tubes.count, "interval of an action", plural: "intervals of actions"),
    ].joined(separator: " · ")
  }

  private var notes: HTML {
    if video.notes.isEmpty { return "" }
    return "<ul class=\"findings\">\(video.notes.html { "<li class=\"fault\">\(messageHTML($0))</li>" })</ul>\n"
  }

  private var stage: HTML {
    let film: HTML =
      video.film == nil
      ? "" : "<video id=\"film\" controls playsinline preload=\"metadata\" aria-label=\"\(video.name)\"></video>"
    let reason = video.unplayable.map { " (\($0))" } ?? ""
    let notice: HTML =
      video.film == nil
      ? ""
      : """
      <p id="unplayable" class="none" hidden>This browser does not play the video\(reason), or it is not where it was: \
      the pictures of the key frames are shown.</p>

      """
    return """
      <div class="stage" id="stage">\(film)<img id="still" alt="" hidden><svg id="marks" class="marks" \
      preserveAspectRatio="none" aria-hidden="true"></svg></div>
      <p id="now" class="now"></p>
      \(notice)
      """
  }

  private var filters: HTML {
    let actions = video.actions.map { (id: $0, name: name($0)) }.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
    return """
      <form class="filters" id="filters">
      <label>Action <select id="action"><option value="">all</option>\
      \(actions.html { "<option value=\"\($0.id)\">\($0.name)</option>" })</select></label>
      <label>Person <select id="person"><option value="">everyone</option>\
      \(video.tracks.tracks.html { "<option value=\"\($0.id)\">person \($0.id)</option>" })</select></label>
      <label>Score from <output id="least-text" for="least"></output><input id="least" type="range" \
      min="\(fixed(leastScore, 2))" max="1" step="0.01" value="\(fixed(leastScore, 2))"></label>
      <label>Order <select id="order"><option value="time">by time</option><option value="score">best first</option>\
      </select></label>
      </form>

      """
  }

  /// A video inside of the page: as base 64, for the script.
  private var embedded: HTML {
    guard let film = video.film, film.address == nil else { return "" }
    return """
      <script type="text/plain" id="film-content" data-type="\(film.type)">\(HTML.raw(base64(film.content)))</script>

      """
  }
}

/// JSON as a script of a page may hold it: no tag begins in it.
func scriptText(_ json: String) -> String {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(json.utf8.count)
  for byte in json.utf8 {
    // Only strings have this letter.
    if byte == UInt8(ascii: "<") { bytes += Array("\\u003c".utf8) } else { bytes.append(byte) }
  }
  return String(decoding: bytes, as: UTF8.self)
}
