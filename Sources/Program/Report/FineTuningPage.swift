internal import Wording

/// What a fine-tuning came to, as a page to look at: every class before and after, and the curves.
public struct FineTuningPage: Sendable {
  /// A class with its average precision in each column; nil without ground truth.
  public struct Class: Sendable {
    public var id: Int
    public var name: String
    /// Rows that are held out.
    public var count: Int
    /// How often it comes in an epoch, as a factor; nil where nobody knows.
    public var repeats: Double?
    public var precisions: [Double?]

    public init(id: Int, name: String, count: Int, repeats: Double?, precisions: [Double?]) {
      (self.id, self.name, self.count, self.repeats, self.precisions) = (id, name, count, repeats, precisions)
    }
  }

  /// A part of the training.
  public struct Phase: Sendable {
    public var title: String
    /// A sentence each.
    public var facts: [String]
    /// A PNG; nil without.
    public var curves: [UInt8]?
    /// What the curves show, for who cannot see them.
    public var description: String

    public init(_ title: String, facts: [String], curves: [UInt8]?, description: String) {
      (self.title, self.facts, self.curves, self.description) = (title, facts, curves, description)
    }
  }

  public var title: String
  /// A sentence each.
  public var facts: [String]
  /// What the columns of precisions are called.
  public var columns: [String]
  public var means: [Double?]
  public var classes: [Class]
  public var phases: [Phase]

  public init(
    _ title: String, facts: [String], columns: [String], means: [Double?], classes: [Class], phases: [Phase]
  ) {
    (self.title, self.facts, self.columns) = (title, facts, columns)
    (self.means, self.classes, self.phases) = (means, classes, phases)
  }

  /// The page, as one HTML document that loads nothing.
  public var html: String {
    let header: HTML = """
      <p class="eyebrow">\(counted(classes.count, "class", plural: "classes"))</p>
      <h1>\(title)</h1>
      \(facts.html { "<p>\($0)</p>\n" })
      """
    var sections = [Page.Section(id: "classes", title: "Classes before and after", content: table.html)]
    for (index, phase) in phases.enumerated() {
      sections.append(Page.Section(id: "phase-\(index + 1)", title: phase.title, content: Self.content(phase)))
    }
    return Page(title: title, header: header, sections: sections, author: "finetune").text
  }

  private var table: DataTable {
    var table = DataTable(
      caption: "Average precision of each class on what is held out",
      columns: [
        .number("id"), .text("class"), .number("held out", "rows of the ground truth"),
        .number("repeated", "how often samples of the class come in an epoch, on average"),
      ] + columns.map { .number($0, "average precision at an IoU of 0.5") })
    for own in classes {
      table.rows.append(
        DataTable.Row(
          cells: [.count(own.id), .text(own.name), .count(own.count), .figure(own.repeats)]
            + own.precisions.map { .bar($0) }, isIdle: own.count == 0))
    }
    table.rows.append(
      DataTable.Row(
        cells: [.text(""), .text("mAP"), .text(""), .text("")] + means.map { .bar($0) }, isTotal: true))
    return table
  }

  private static func content(_ phase: Phase) -> HTML {
    let figure: HTML =
      phase.curves.map {
        """
        <figure><img src="data:image/png;base64,\(base64($0))" alt="\(phase.description)" \
        style="max-width: 100%; height: auto">\
        <figcaption>\(phase.description)</figcaption></figure>

        """
      } ?? ""
    return "\(phase.facts.html { "<p>\($0)</p>\n" })\(figure)"
  }
}
