internal import ArgumentParser
internal import Configuration

/// Which keys of the views a word sets.
struct ViewOptions: ParsableArguments {
  enum Preset: String, CaseIterable, ExpressibleByArgument {
    case challenge

    var overrides: [String] {
      switch self {
      case .challenge: [Key.avaTestScales.name, "[224, 256, 320]", Key.avaTestFlip.name, "True"]
      }
    }
  }

  @Option(
    help: ArgumentHelp(
      """
      challenge: several scales, each with and without flip, the scores averaged, as AVA's winners of 2019 did; their \
      scales are not published, these are LFB's. Short for AVA.TEST_SCALES "[224, 256, 320]" AVA.TEST_FLIP True; KEY \
      VALUE pairs override it. docs/challenge.md has the rules.
      """, valueName: "name"))
  var preset: Preset?

  /// What stands before the call's own pairs.
  var overrides: [String] { preset?.overrides ?? [] }
}
