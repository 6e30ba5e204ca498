internal import ArgumentParser
internal import Detect
internal import Overlay
internal import Wording

/// `--contact-sheet`: all key frames on few pages.
struct ContactSheetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also draw the key frames small, side by side with boxes, labels and times: a PNG or JPEG; further pages are NAME-2.png.",
      valueName: "file"), completion: .file())
  var contactSheet: String?

  @Option(help: ArgumentHelp("Of a contact sheet: key frames side by side, 1 to 20 (default: 4).", valueName: "count"))
  var sheetColumns: Int?

  @Option(help: ArgumentHelp("Of a contact sheet: rows of a page, 1 to 100 (default: 8).", valueName: "count"))
  var sheetRows: Int?

  @Option(help: ArgumentHelp("Of a contact sheet: its width, 320 to 8000 (default: 1600).", valueName: "pixels"))
  var sheetWidth: Int?

  @Option(
    help: ArgumentHelp(
      "Of a contact sheet: at most so many pages, 1 to 1000 (default: 20); of more key frames every so many-th is shown.",
      valueName: "count"))
  var sheetPages: Int?

  var layout: ContactSheet.Layout {
    var layout = ContactSheet.Layout()
    layout.columns = sheetColumns ?? layout.columns
    layout.rows = sheetRows ?? layout.rows
    layout.width = sheetWidth ?? layout.width
    layout.pages = sheetPages ?? layout.pages
    return layout
  }

  func validate() throws {
    guard let contactSheet else {
      if [sheetColumns, sheetRows, sheetWidth, sheetPages].contains(where: { $0 != nil }) {
        throw ValidationError(
          "--sheet-columns, --sheet-rows, --sheet-width and --sheet-pages divide a contact sheet -> "
            + "add --contact-sheet FILE")
      }
      return
    }
    if !isSheetFile(contactSheet) {
      throw ValidationError("--contact-sheet '\(contactSheet)': expected a name that ends in .png, .jpg or .jpeg")
    }
    if let fault = layout.fault { throw ValidationError(fault) }
  }

  /// The files of so many key frames; none where no sheet is asked for.
  func files(keyFrames count: Int) -> [String] { contactSheet.map { layout.files($0, keyFrames: count) } ?? [] }

  /// Says that not all key frames are shown, where that is so.
  func say(keyFrames count: Int) {
    let shown = layout.chosen(of: count).count
    if shown < count {
      Console.say(
        "the contact sheet shows \(shown) of \(count) key frames, evenly -> more with --sheet-pages, --sheet-rows or "
          + "--sheet-columns")
    }
  }
}
