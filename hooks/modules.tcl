# Tells syslog which modules are loaded: a line a load, once a command, for modtally. It is read by Environment Modules
# 4.1 and newer as siteconfig.tcl, or as a part of one. Nothing that fails here reaches who loads a module.
# MODTALLY_TRACKING=no in a user's environment turns it off; with "tell", it tells the user instead of syslog.
catch {
   namespace eval ::modtally {
      # Where neither LMOD_SYSHOST nor the node's name tells the cluster.
      variable cluster @CLUSTER@
      variable socket @SOCKET@
      # What was loaded before the command, and what it has loaded: a list of file, module, time, and whether it was
      # asked for.
      variable before {}
      variable loads [dict create]

      proc first_of {args} {
         foreach name $args {
            if {[info exists ::env($name)] && $::env($name) ne {}} {
               return $::env($name)
            }
         }
         return {}
      }

      set before [split [first_of _LMFILES_] :]

      # The mode of the evaluation that is on: its name differs between versions.
      proc mode {} {
         if {[llength [info commands ::currentState]]} {
            return [::currentState mode]
         }
         return [::currentMode]
      }

      # Called after each evaluation of a modulefile. Who has called it knows whether the user has asked for the module.
      proc remember {command code result op} {
         catch {
            variable before
            variable loads
            if {$code != 0 || $result ne {0} || [mode] ne {load}} {
               return
            }
            lassign $command name file module
            # What a reload, or a change of what it depends on, brings back is no load.
            if {$file in $before} {
               return
            }
            set is_asked {}
            if {[info level] > 1} {
               upvar 1 uasked uasked
               if {[info exists uasked]} {
                  set is_asked [expr {$uasked ? {yes} : {no}}]
               }
            }
            # Before 4.2, the module's name is not handed over.
            if {[llength $command] < 4} {
               set module [::currentModuleName]
            }
            if {[dict exists $loads $file] && $is_asked ne {yes}} {
               return
            }
            dict set loads $file [list $module [clock microseconds] $is_asked]
         }
      }

      proc as_number {letter} {
         return [format #%03o [scan $letter %c]]
      }

      # A value as it stands, or in quotes. Control characters become their number, as rsyslog itself writes them.
      proc quote {value} {
         if {[regexp {^[A-Za-z0-9._/+:@~\[\]-]+$} $value]} {
            return $value
         }
         set quoted {}
         foreach letter [split $value {}] {
            if {$letter eq {"} || $letter eq "\\"} {
               append quoted "\\$letter"
            } elseif {[scan $letter %c] < 32 || [scan $letter %c] == 127} {
               append quoted [as_number $letter]
            } else {
               append quoted $letter
            }
         }
         return "\"$quoted\""
      }

      proc add {textvar key value} {
         upvar 1 $textvar text
         if {$value ne {}} {
            append text " $key=[quote $value]"
         }
      }

      proc jobid {} {
         set id [first_of SLURM_JOB_ID PBS_JOBID]
         if {$id ne {}} {
            return $id
         }
         set id [first_of LSB_JOBID]
         set index [first_of LSB_JOBINDEX]
         return [expr {$id ne {} && $index ni {{} 0} ? "$id\[$index\]" : $id}]
      }

      proc lines {} {
         variable cluster
         variable loads
         set user [first_of USER LOGNAME]
         if {$user eq {}} {
            set user $::tcl_platform(user)
         }
         set known [first_of LMOD_SYSHOST]
         set middle {}
         add middle host [info hostname]
         add middle cluster [expr {$known ne {} ? $known : $cluster}]
         add middle jobid [jobid]
         add middle account [first_of SLURM_JOB_ACCOUNT PBS_ACCOUNT LSB_PROJECT_NAME]
         set loaded [split [first_of _LMFILES_] :]
         set lines {}
         dict for {file load} $loads {
            lassign $load module time is_asked
            # What was evaluated may have been unloaded again, where what needed it has failed.
            if {$file ni $loaded} {
               continue
            }
            set line "user=[quote $user] module=[quote $module] path=[quote $file]$middle"
            add line userload $is_asked
            # The time comes last, and by its six decimals a line is known to be whole.
            lappend lines "$line time=[expr {$time / 1000000}].[format %06d [expr {$time % 1000000}]]"
         }
         return $lines
      }

      # Called once, when the command's outcome is about to be printed. The program runs in the background and for a
      # while at the most, with the system's libraries.
      proc send {args} {
         catch {
            variable loads
            variable socket
            set tracking [string tolower [first_of MODTALLY_TRACKING]]
            if {$tracking in {no off 0 false}} {
               set loads [dict create]
            }
            set lines [expr {[dict size $loads] > 0 ? [lines] : {}}]
            set loads [dict create]
            if {[llength $lines] > 0 && $tracking eq {tell}} {
               puts stderr [join $lines \n]
            } elseif {[llength $lines] > 0} {
               set where [expr {$socket eq {/dev/log} ? {} : [list -u $socket]}]
               set limit [expr {[file executable /usr/bin/timeout] ? {/usr/bin/timeout 10} : {}}]
               exec /usr/bin/env -u LD_LIBRARY_PATH -u LD_PRELOAD PATH=/usr/bin:/bin {*}$limit logger {*}$where\
                  -t ModuleUsageTracking -p local0.info << [join $lines \n] > /dev/null 2> /dev/null &
            }
         }
      }
   }

   trace add execution execute-modulefile leave ::modtally::remember
   trace add execution renderSettings enter ::modtally::send
}
