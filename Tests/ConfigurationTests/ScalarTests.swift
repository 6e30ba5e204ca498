import Configuration
import Testing

/// AUG.MAX_MASK_PATCHES_PER_BLOCK takes a value of any type, so that its literal shows what a scalar was read as.
private let anyKey = "AUG.MAX_MASK_PATCHES_PER_BLOCK"

/// What PyYAML 6.0.3 reads, as printed by Python's repr.
private let yamlScalars: [(text: String, literal: String)] = [
  ("yes", "True"), ("Yes", "True"), ("on", "True"), ("TRUE", "True"), ("no", "False"), ("OFF", "False"),
  ("false", "False"), ("yEs", "'yEs'"), ("y", "'y'"), ("n", "'n'"), ("tRue", "'tRue'"),
  ("~", "None"), ("null", "None"), ("NULL", "None"), ("nULL", "'nULL'"),
  ("0x10", "16"), ("0X10", "'0X10'"), ("-0x10", "-16"), ("012", "10"), ("-0777", "-511"), ("08", "'08'"),
  ("0o12", "'0o12'"), ("0b101", "5"), ("0b2", "'0b2'"), ("1_000", "1000"), ("1__0", "10"), ("_1", "'_1'"),
  ("1:30", "90"), ("190:20:30", "685230"), ("1:60", "'1:60'"), ("0:30", "'0:30'"), ("-1:30", "-90"),
  ("1:30.5", "90.5"), ("1e-7", "'1e-7'"), ("1e7", "'1e7'"), ("1.0e7", "'1.0e7'"), ("1.0e-7", "1e-07"),
  ("1.0e+7", "10000000.0"), (".5", "0.5"), ("+.5", "'+.5'"), ("5.", "5.0"), ("-5.", "-5.0"), (".", "'.'"),
  ("._5", "'._5'"), (".inf", "inf"), ("-.inf", "-inf"), (".nan", "nan"), ("-.nan", "'-.nan'"),
  ("2020-01-01", "2020-01-01"), ("2020-1-1", "'2020-1-1'"), ("1.2.3", "'1.2.3'"), ("=", "'='"),
  ("'5'", "'5'"), ("\"yes\"", "'yes'"), ("!!str 5", "'5'"), ("!!float 5", "5.0"), ("!!int 5", "5"),
  ("9223372036854775807", "9223372036854775807"), ("a b", "'a b'"),
]

/// What Python's literal_eval makes of an override.
private let pythonLiterals: [(text: String, literal: String)] = [
  ("1e-7", "1e-07"), ("(3, 7, 7)", "[3, 7, 7]"), ("None", "None"), ("'5'", "'5'"), ("\"5\"", "'5'"),
  ("0.5,0.5", "[0.5, 0.5]"), ("[1, 1e-3]", "[1, 0.001]"), ("()", "[]"), ("(1,)", "[1]"), ("(1)", "1"),
  ("1_000", "1000"), ("1__0", "'1__0'"), ("0x1F", "31"), ("0o17", "15"), ("0b11", "3"), ("012", "'012'"),
  ("00", "0"), ("- 5", "-5"), ("--5", "'--5'"), ("1.", "1.0"), (".5", "0.5"), ("1e", "'1e'"),
  ("5e1_0", "50000000000.0"),
  ("8e_2", "'8e_2'"), ("'a' 'b'", "'ab'"), ("'a\\tb'", "'a\\tb'"), ("r'a\\t'", "'a\\\\t'"), ("'\\x41'", "'A'"),
  ("True", "True"), ("true", "'true'"), ("[True, None]", "[True, None]"), ("['a.csv',]", "['a.csv']"),
  ("[a.csv]", "'[a.csv]'"), ("((1, 2), [3])", "[[1, 2], [3]]"), ("1 2", "'1 2'"), ("[,]", "'[,]'"),
  ("'open", "'\\'open'"), ("yes", "'yes'"), ("", "''"), ("1+1", "'1+1'"), ("  5  ", "5"),
]

/// Python writes at least two exponent digits; Swift doesn't.
private func same(_ found: String, _ expected: String) -> Bool {
  found == expected || (Double(found) != nil && Double(found) == Double(expected) && !found.contains("'"))
}

@Suite struct ScalarTests {
  @Test(arguments: yamlScalars) func yamlScalarsResolveAsInPyYAML(text: String, literal: String) throws {
    let configuration = try load(unchecked + "AUG:\n  MAX_MASK_PATCHES_PER_BLOCK: [\(text)]\n")
    #expect(same(String((configuration.literal(anyKey) ?? "").dropFirst().dropLast()), literal))
  }

  @Test(arguments: pythonLiterals) func overridesAreReadAsPythonLiterals(text: String, literal: String) throws {
    let configuration = try load(unchecked, [anyKey, text])
    let found = try #require(configuration.literal(anyKey))
    #expect(same(found, literal), "\(found)")
  }

  /// Strings of YAML are literals too, whether quoted or not; strings inside lists are not.
  @Test func yamlStringsTakeTheLiteralPassOnce() throws {
    func read(_ text: String) throws -> String? {
      try load(unchecked + "AUG:\n  MAX_MASK_PATCHES_PER_BLOCK: \(text)\n").literal(anyKey)
    }
    #expect(try read("1e-7") == "1e-07")
    #expect(try read("'5'") == "5")
    #expect(try read("'\"5\"'") == "'5'")
    #expect(try read("(3, 7, 7)") == "[3, 7, 7]")
    #expect(try read("[1, 1e-3]") == "[1, '1e-3']")
    #expect(try read("") == "None")
    #expect(try read("''") == "''")
    #expect(try read("'None'") == "None")
  }

  /// Integers beyond 64 bits are a type of their own, never a trap; a double key takes none of them.
  @Test func hugeIntegersAreRefused() {
    let huge = "99999999999999999999"
    #expect(failure(slow + "DATA:\n  NUM_FRAMES: \(huge)\n").contains("found an int beyond 64 bits \(huge)"))
    #expect(failure(slow + "DATA:\n  NUM_FRAMES: -9223372036854775809\n").contains("beyond 64 bits"))
    #expect(failure(slow, ["DATA.NUM_FRAMES", "-" + huge]).contains("beyond 64 bits"))
    #expect(failure(slow + "DATA:\n  NUM_FRAMES: 99999999999:59:59:59:59:59:59\n").contains("beyond 64 bits"))
  }
}
