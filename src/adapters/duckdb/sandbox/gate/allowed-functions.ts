/**
 * The functions that user SQL may call: those that compute on their arguments alone and give the same value each time.
 * Everything else is refused, whatever a later DuckDB brings; and so is what takes the name of a function as a text, such
 * as `list_aggregate`. A test holds each name against DuckDB's own catalogue.
 */
export const allowedFunctions: ReadonlySet<string> = new Set(
  [
    // Operators, as the parser names them.
    '+ - * / // % ** ^ & | << >> ~ ! @ || ~~ !~~ ~~* !~~* ~~~ ^@ && @> <@ -> ->> !__postfix',
    // Numbers
    `abs acos add asin atan atan2 bit_count cbrt ceil ceiling cos cot degrees divide even exp factorial fdiv floor fmod
     gamma gcd greatest isfinite isinf isnan lcm least lgamma ln log log10 log2 mod multiply nextafter pi pow power
     radians round round_even sign signbit sin sqrt subtract tan trunc xor`,
    // Texts
    `ascii char_length character_length chr concat concat_ws contains ends_with format hash instr jaccard
     jaro_similarity jaro_winkler_similarity lcase left length lower lpad ltrim md5 nfc_normalize ord position prefix
     printf regexp_escape regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace
     regexp_split_to_array replace reverse right rpad rtrim sha1 sha256 split split_part starts_with str_split
     string_split string_split_regex string_to_array strip_accents strlen strpos substr substring suffix translate trim
     ucase unicode upper like_escape ilike_escape not_like_escape not_ilike_escape`,
    `base64 bin decode encode from_base64 from_hex hex octet_length to_base64 to_hex unhex url_decode url_encode`,
    // Times
    `century date_add date_diff date_part date_sub date_trunc datediff datepart datesub datetrunc day dayname dayofmonth
     dayofweek dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era hour isodow isoyear julian last_day
     make_date make_time make_timestamp make_timestamp_ms make_timestamp_ns make_timestamptz microsecond millennium
     millisecond minute month monthname nanosecond quarter second strftime strptime time_bucket timezone timezone_hour
     timezone_minute to_centuries to_days to_decades to_hours to_microseconds to_millennia to_milliseconds to_minutes
     to_months to_quarters to_seconds to_timestamp to_weeks to_years try_strptime week weekday weekofyear year yearweek`,
    // Null, types
    'nullif typeof',
    // Lists, structs, maps, JSON
    `array_length array_slice array_to_string cardinality element_at flatten list_any_value list_append
     list_apply list_avg list_concat list_contains list_count list_distinct list_element list_extract list_filter
     list_first list_has list_has_all list_has_any list_indexof list_intersect list_last list_max list_median list_min
     list_position list_prepend list_reduce list_reverse list_reverse_sort list_select list_slice list_sort list_sum
     list_transform list_unique list_value list_zip len map map_concat map_contains map_entries map_extract
     map_from_entries map_keys map_values range generate_series row struct_extract struct_insert struct_keys struct_pack
     unnest`,
    `json_array_length json_contains json_exists json_extract json_extract_path json_extract_path_text
     json_extract_string json_keys json_type json_valid json_value to_json`,
    // Aggregates
    `any_value approx_count_distinct approx_quantile arbitrary arg_max arg_max_null arg_min arg_min_null argmax argmin
     array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop covar_samp
     entropy favg first fsum geomean group_concat histogram kurtosis kurtosis_pop last list listagg mad max max_by mean
     median min min_by mode product quantile quantile_cont quantile_disc regr_avgx regr_avgy regr_count regr_intercept
     regr_r2 regr_slope regr_sxx regr_sxy regr_syy sem skewness stddev stddev_pop stddev_samp string_agg sum var_pop
     var_samp variance`,
    // Windows
    `cume_dist dense_rank fill first_value lag last_value lead nth_value ntile percent_rank rank rank_dense row_number`,
  ].flatMap((names) => names.trim().split(/\s+/)),
);

/** What may stand in FROM as a call. */
export const allowedTableFunctions: ReadonlySet<string> = new Set(['generate_series', 'range', 'unnest']);

/**
 * Functions whose value differs from one run to the next: a check that is tried again, or explained later, would say
 * something else about the same rows.
 */
export const changingFunctions: ReadonlySet<string> = new Set(
  `age ago current_date current_localtime current_localtimestamp current_time current_timestamp gen_random_uuid
   get_current_time get_current_timestamp localtime localtimestamp now random reservoir_quantile setseed today
   transaction_timestamp uuid uuidv4 uuidv7`
    .trim()
    .split(/\s+/),
);

/** Names without brackets that DuckDB takes for a function where no column has them. */
export const functionsWithoutBrackets: ReadonlySet<string> = new Set(
  `current_catalog current_date current_role current_schema current_time current_timestamp current_user localtime
   localtimestamp session_user user`
    .trim()
    .split(/\s+/),
);
